/* From the PVH entry to kernel_main, and the smaller parts of platform.h. */
#include "virtio.h"

#include <string.h>

#include "cpu/instructions.h"
#include "cpu/paging.h"
#include "cpu/trap.h"
#include "cpu/vector.h"

#define UNIT 65536ull

const char platform_name[] = "virtio";

static uint64_t memory_end;

_Noreturn void platform_start(const struct start_info *info) {
    serial_start();
    trap_start();
    vector_start();
    boot_read(info);
    memory_end = boot_memory_end();
    power_start();
    paging_start();
    interrupt_start();
    time_start();
    kernel_stack(kernel_main);
}

const char *platform_arguments(size_t *length) {
    *length = boot.command_line_length;
    return boot.command_line;
}

/* An entropy device would need its driver before the engine that runs drivers. */
bool platform_entropy(void *seed, size_t size) {
    return false;
}

uint64_t platform_memory_limit(void) {
    return (memory_end - LINEAR_MEMORY_BASE) / UNIT * UNIT;
}

bool platform_memory_commit(uint64_t from, uint64_t to) {
    if (to > platform_memory_limit())
        return false;
    paging_grow(LINEAR_MEMORY_BASE + from, LINEAR_MEMORY_BASE + to);
    /* Firmware and loader were here before. */
    memset(host_pointer((u32)from), 0, to - from);
    return true;
}

/*
 * Interrupts are on only here, and none can come between the last look at the
 * devices and the sleep: STI takes effect after the instruction behind it.
 */
void platform_wait(uint64_t deadline) {
    uint64_t now = platform_monotonic();
    if (deadline <= now)
        return;
    interrupt_timer(deadline == UINT64_MAX ? UINT64_MAX : deadline - now);
    __asm__ volatile("sti; hlt; cli" ::: "memory");
}
