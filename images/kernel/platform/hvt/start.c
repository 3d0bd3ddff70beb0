/* Solo5's tender for virtual machines: the entry, and platform.h over its hypercalls. */
#include "platform/hvt/hvt.h"

#include <cpuid.h>
#include <string.h>

#include "cpu/paging.h"
#include "cpu/trap.h"
#include "cpu/vector.h"

#define EFER 0xc0000080
#define NO_EXECUTE_ENABLE (1 << 11)
#define HAS_NO_EXECUTE (1 << 20) /* CPUID 0x80000001 EDX */

/* The longest sleep in nanoseconds: an hour. Waking up early is allowed. */
#define LONGEST_SLEEP 3600000000000ull

const char platform_name[] = "hvt";

static uint64_t start, scale, ring;

static _Noreturn void on_own_stack(void) {
    paging_start();
    if (ring != 0)
        ring_start(ring);
    kernel_main();
}

/*
 * Entered by the tender, in long mode, on a stack at the end of memory, with page
 * tables that leave out the first 64 KiB. No interrupt is ever delivered.
 */
__attribute__((no_stack_protector)) _Noreturn void _start(const struct boot_info *info) {
    trap_start();
    vector_start();
    if (!solo5_can_read(info, sizeof *info))
        panic(STATUS_UNAVAILABLE, "the boot information is out of reach");
    unsigned a, b, c, d;
    if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !(d & HAS_NO_EXECUTE))
        panic(STATUS_UNAVAILABLE, "this CPU lacks no-execute pages");
    write_msr(EFER, read_msr(EFER) | NO_EXECUTE_ENABLE);
    if (info->tsc_frequency == 0)
        panic(STATUS_UNAVAILABLE, "no clock: the tender does not say how fast the "
                                  "time stamp counter runs");
    scale = tsc_scale(info->tsc_frequency);
    start = read_tsc();
    uint64_t size = info->memory_size;
    solo5_start(size < PAGING_END ? size : PAGING_END, info->command_line, info->manifest);
    if (info->host_features & FEATURE_RING)
        ring = info->ring;
    kernel_stack(on_own_stack);
}

void platform_write(const char *text, size_t length) {
    struct {
        const char *text;
        size_t length;
    } argument = {text, length};
    hypercall(PUTS, &argument);
}

uint64_t platform_monotonic(void) {
    return tsc_nanoseconds(read_tsc() - start, scale);
}

uint64_t platform_wall(void) {
    uint64_t nanoseconds = 0;
    hypercall(WALLTIME, &nanoseconds);
    return nanoseconds;
}

void platform_wait(uint64_t deadline) {
    uint64_t now = platform_monotonic();
    if (deadline <= now)
        return;
    struct {
        uint64_t timeout, ready;
        int result;
    } argument = {.timeout = deadline - now};
    if (argument.timeout > LONGEST_SLEEP)
        argument.timeout = LONGEST_SLEEP;
    hypercall(POLL, &argument);
}

bool platform_memory_commit(uint64_t from, uint64_t to) {
    if (to > platform_memory_limit())
        return false;
    paging_grow(LINEAR_MEMORY_BASE + from, LINEAR_MEMORY_BASE + to);
    if (to == platform_memory_limit())
        memset(host_pointer((u32)to - SOLO5_STACK), 0, SOLO5_STACK);
    return true;
}

_Noreturn void platform_halt(int status) {
    struct {
        const void *cookie;
        int status;
    } argument = {NULL, status};
    for (;;)
        hypercall(HALT, &argument);
}
