/* The smallest program for a PVH machine: the serial port, and isa-debug-exit with the status 0. */
    .section .note.Xen, "a", @note
    .long 4, 4, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long _start

    .section .boot, "ax", @progbits
    .code32
    .global _start
_start:
    mov $text, %esi
    mov $0x3f8, %edx
1:  lodsb
    test %al, %al
    jz 2f
    out %al, %dx
    jmp 1b
2:  out %al, $0xf4
3:  hlt
    jmp 3b

    .section .rodata, "a", @progbits
text:
    .asciz "hello\r\n"
