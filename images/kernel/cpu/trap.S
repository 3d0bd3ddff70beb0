/* Entries of the interrupt table, the segment descriptors and two stacks. */

#define FIRST_INTERRUPT 32
#define TRAP_SIZE 16

/* Vectors for which the CPU itself pushes an error code. */
#define HAS_ERROR_CODE ((1 << 8) | (0x1f << 10) | (1 << 17) | (1 << 21) | (1 << 29) | (1 << 30))

    .text
    .balign TRAP_SIZE
    .global trap_entries
trap_entries:
    .set vector, 0
    .rept FIRST_INTERRUPT
    .balign TRAP_SIZE
    .if ((HAS_ERROR_CODE >> vector) & 1) == 0
    push $0
    .endif
    push $vector
    jmp trap_common
    .set vector, vector + 1
    .endr

/* The stack holds: vector, error code, RIP, CS, RFLAGS, RSP, SS. */
trap_common:
    mov %rsp, %rdi
    and $-16, %rsp
    cld
    call trap
    hlt

    .global interrupt_entry
interrupt_entry:
    push %rax
    mov interrupt_end, %rax
    test %rax, %rax
    jz 1f
    movl $0, (%rax)
1:  pop %rax
    iretq

    .data
    .balign 16
    .global descriptors
descriptors:
    .quad 0
    .quad 0x00af9b000000ffff /* 8: code, 64 bit */
    .quad 0x00cf93000000ffff /* 16: data */
    .quad 0, 0               /* 24: the task state segment, by trap_start */

    .bss
    .balign 16
    .global trap_stack_end, interrupt_stack_end
    .skip 8192
trap_stack_end:
    .skip 1024
interrupt_stack_end:

    .section .note.GNU-stack, "", @progbits
