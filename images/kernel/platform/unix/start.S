/* The first instructions: Linux enters with the words of the command line on its stack. */
    .section .boot, "ax", @progbits
    .global _start
_start:
    xor %ebp, %ebp
    mov %rsp, %rbx
    and $-16, %rsp
    /* arch_prctl(ARCH_SET_FS): where the compiler looks for the canary. */
    mov $158, %eax
    mov $0x1002, %edi
    lea kernel_tls, %rsi
    syscall
    mov %rbx, %rdi
    call unix_start
    hlt

    .section .note.GNU-stack, "", @progbits
