/*
 * PVH entry: 32-bit protected mode without paging, EBX points to struct
 * start_info (docs/misc/pvh.pandoc of Xen). Enters long mode with the low 3 GiB
 * identity-mapped, so that what the loader left can be read, and calls
 * platform_start(start_info) on the stack for traps. All of it is plain x86-64.
 */

#define LONG_MODE_AND_NX ((1 << 29) | (1 << 20)) /* CPUID 0x80000001 EDX */
#define PRESENT_WRITABLE 3
#define LARGE_PAGE 0x83
#define DIRECTORIES 3

#define COM1 0x3f8
#define STATUS_UNAVAILABLE 69

    .section .note.Xen, "a", @note
    .balign 4
    .long 4, 4, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long _start

    .section .boot, "ax", @progbits
    .code32
    .global _start
_start:
    cli
    cld
    mov %ebx, %ebp
    mov $trap_stack_end, %esp

    mov $0x80000000, %eax
    cpuid
    cmp $0x80000001, %eax
    jb too_old
    mov $0x80000001, %eax
    cpuid
    and $LONG_MODE_AND_NX, %edx
    cmp $LONG_MODE_AND_NX, %edx
    jne too_old

    movl $(page_pointers + PRESENT_WRITABLE), page_map
    mov $(page_directory + PRESENT_WRITABLE), %eax
    mov $page_pointers, %edi
    mov $DIRECTORIES, %ecx
1:  mov %eax, (%edi)
    add $4096, %eax
    add $8, %edi
    loop 1b

    mov $LARGE_PAGE, %eax
    mov $page_directory, %edi
    mov $(512 * DIRECTORIES), %ecx
1:  mov %eax, (%edi)
    add $0x200000, %eax
    add $8, %edi
    loop 1b

    mov $page_map, %eax
    mov %eax, %cr3
    mov $0x620, %eax /* PAE, OSFXSR, OSXMMEXCPT */
    mov %eax, %cr4
    mov $0xc0000080, %ecx /* EFER: LME, NXE */
    rdmsr
    or $0x900, %eax
    wrmsr
    mov $0x80010033, %eax /* PG, WP, NE, ET, MP, PE */
    mov %eax, %cr0
    lgdt descriptors_pointer
    ljmp $8, $long_mode

    .code64
long_mode:
    mov $16, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov $trap_stack_end, %rsp
    mov %ebp, %edi
    xor %ebp, %ebp
    call platform_start
    hlt

    .code32
too_old:
    mov $too_old_text, %esi
    mov $(COM1), %edx
1:  lodsb
    test %al, %al
    jz 2f
    out %al, %dx
    jmp 1b
2:  mov $STATUS_UNAVAILABLE, %al
    out %al, $0xf4 /* isa-debug-exit */
3:  hlt
    jmp 3b

    .section .rodata.boot, "a", @progbits
too_old_text:
    .asciz "atoll: this CPU lacks 64-bit mode or no-execute pages\r\n"
    .balign 4
descriptors_pointer:
    .word 5 * 8 - 1
    .long descriptors

    .section .note.GNU-stack, "", @progbits
