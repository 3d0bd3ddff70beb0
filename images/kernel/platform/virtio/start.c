/* From the PVH entry to kernel_main, and the smaller parts of platform.h. */
#include "virtio.h"

#include "cpu/instructions.h"
#include "cpu/paging.h"
#include "cpu/trap.h"
#include "cpu/vector.h"

const char platform_name[] = "virtio";

_Noreturn void platform_start(const struct start_info *info) {
    serial_start();
    trap_start();
    vector_start();
    boot_read(info);
    power_start();
    paging_start();
    interrupt_start();
    time_start();
    kernel_stack(kernel_main);
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
