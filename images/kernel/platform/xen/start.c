/* From the PVH entry to kernel_main, and the smaller parts of platform.h. */
#include "xen.h"

#include "cpu/paging.h"
#include "cpu/trap.h"
#include "cpu/vector.h"

/* HVM parameters (xen/include/public/hvm/params.h). */
#define CALLBACK 0
#define NO_CALLBACK 0

const char platform_name[] = "xen";

struct shared_info shared_info;

_Noreturn void platform_start(const struct start_info *info) {
    trap_start();
    vector_start();
    hypercall_start();
    struct start_info complete = with_memory_map(info);
    boot_read(&complete);
    paging_start();
    pages_start();
    time_start(0);
    kernel_stack(kernel_main);
}

/*
 * Xen takes a domain for one of 32 bits, with other words for events and another place for the time of day, until it
 * says how it wants to be interrupted: not at all.
 */
void pages_start(void) {
    hvm_set_parameter(CALLBACK, NO_CALLBACK);
    map_xen_page(SPACE_SHARED_INFO, 0, &shared_info);
    event_forget();
    ring_start();
    grant_start();
}

void platform_wait(uint64_t deadline) {
    if (deadline > platform_monotonic())
        event_wait(time_of_xen(deadline));
}
