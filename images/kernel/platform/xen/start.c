/* From the PVH entry to kernel_main, and the smaller parts of platform.h. */
#include "xen.h"

#include <string.h>

#include "cpu/paging.h"
#include "cpu/trap.h"
#include "cpu/vector.h"

#define UNIT 65536ull

/* HVM parameters (xen/include/public/hvm/params.h). */
#define CALLBACK 0
#define NO_CALLBACK 0

const char platform_name[] = "xen";

struct shared_info shared_info;

static uint64_t memory_end;

_Noreturn void platform_start(const struct start_info *info) {
    trap_start();
    vector_start();
    hypercall_start();
    struct start_info complete = with_memory_map(info);
    boot_read(&complete);
    memory_end = boot_memory_end();
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

const char *platform_arguments(size_t *length) {
    *length = boot.command_line_length;
    return boot.command_line;
}

/* Xen has no randomness to give. */
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
    /* The loader was here before. */
    memset(host_pointer((u32)from), 0, to - from);
    return true;
}

void platform_wait(uint64_t deadline) {
    if (deadline > platform_monotonic())
        event_wait(time_of_xen(deadline));
}
