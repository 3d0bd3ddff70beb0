/*
 * Every gate switches to a stack of its own: the engine keeps data below its
 * stack pointer, and a stack overflow must still find room for the report.
 */
#include "cpu/trap.h"

#include <string.h>

#include "cpu/instructions.h"
#include "kernel.h"

#define CODE_SEGMENT 8
#define TASK_SEGMENT 24
#define VECTORS 256
#define TRAP_SIZE 16
#define PAGE_FAULT 14
#define FS_BASE 0xc0000100

struct gate {
    uint16_t offset_low, selector;
    uint8_t stack, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

struct __attribute__((packed)) task_state {
    uint32_t reserved0;
    uint64_t stacks[3], reserved1, trap_stack, interrupt_stack, others[5];
    uint64_t reserved2;
    uint16_t reserved3, io_map;
};

struct __attribute__((packed)) table_pointer {
    uint16_t limit;
    uint64_t base;
};

struct trap_frame {
    uint64_t vector, error, pc, code_segment, flags, stack, stack_segment;
};

/* trap.S */
extern const char trap_entries[], interrupt_entry[];
extern char trap_stack_end[], interrupt_stack_end[];
extern uint64_t descriptors[5];

volatile uint32_t *interrupt_end;

static struct gate gates[VECTORS] __attribute__((aligned(16)));
static struct task_state task;

_Noreturn void trap(const struct trap_frame *frame);

static void set_gate(unsigned vector, const char *entry, unsigned stack) {
    uint64_t at = (uint64_t)entry;
    gates[vector] = (struct gate){
        .offset_low = (uint16_t)at,
        .selector = CODE_SEGMENT,
        .stack = (uint8_t)stack,
        .type = 0x8e, /* present, interrupt gate */
        .offset_middle = (uint16_t)(at >> 16),
        .offset_high = (uint32_t)(at >> 32),
    };
}

static void load_task(void) {
    uint64_t base = (uint64_t)&task, limit = sizeof task - 1;
    task.trap_stack = (uint64_t)trap_stack_end;
    task.interrupt_stack = (uint64_t)interrupt_stack_end;
    task.io_map = sizeof task;
    descriptors[TASK_SEGMENT / 8] = limit | (base & 0xffffff) << 16 |
                                    0x89ull << 40 | (base >> 24 & 0xff) << 56;
    descriptors[TASK_SEGMENT / 8 + 1] = base >> 32;
    __asm__ volatile("ltr %w0" ::"r"(TASK_SEGMENT));
}

__attribute__((no_stack_protector)) void trap_start(void) {
    write_msr(FS_BASE, (uint64_t)&kernel_tls);
    struct table_pointer descriptor_pointer = {sizeof descriptors - 1,
                                               (uint64_t)descriptors};
    __asm__ volatile("lgdt %0" ::"m"(descriptor_pointer));
    for (unsigned i = 0; i < VECTORS; i++) {
        if (i < FIRST_INTERRUPT)
            set_gate(i, trap_entries + i * TRAP_SIZE, 1);
        else
            set_gate(i, interrupt_entry, 2);
    }
    load_task();
    struct table_pointer pointer = {sizeof gates - 1, (uint64_t)gates};
    __asm__ volatile("lidt %0" ::"m"(pointer));
    kernel_tls.canary = entropy_canary();
}

static const char *const names[FIRST_INTERRUPT] = {
    [0] = "arithmetic fault",
    [1] = "debug exception",
    [2] = "non-maskable interrupt",
    [3] = "breakpoint",
    [6] = "illegal instruction",
    [7] = "no floating point",
    [8] = "double fault",
    [10] = "invalid task state",
    [11] = "segment not present",
    [12] = "stack segment fault",
    [13] = "general protection fault",
    [PAGE_FAULT] = "memory fault",
    [16] = "arithmetic fault",
    [17] = "misaligned access",
    [18] = "machine check",
    [19] = "arithmetic fault",
    [21] = "control protection fault",
};

/* Appends (text) to what ends at (at), and answers the new end. */
static char *append(char *at, const char *text) {
    size_t length = strlen(text);
    memcpy(at, text, length + 1);
    return at + length;
}

_Noreturn void trap(const struct trap_frame *frame) {
    static char what[80];
    const char *name = names[frame->vector % FIRST_INTERRUPT];
    char *end = append(what, name != NULL ? name : "unknown exception");
    end = append(end, " (vector ");
    char digits[] = {(char)('0' + frame->vector / 10),
                     (char)('0' + frame->vector % 10), 0};
    end = append(end, digits);
    end = append(end, ", error code 0x");
    for (int shift = 12; shift >= 0; shift -= 4) {
        char digit[] = {"0123456789abcdef"[frame->error >> shift & 15], 0};
        end = append(end, digit);
    }
    append(end, ")");
    uint64_t address = read_cr2();
    kernel_fault(what, frame->pc,
                 frame->vector == PAGE_FAULT ? &address : NULL);
}
