/* The parts of platform.h that are the same on every machine with a PVH loader. */
#include "boot/start-info.h"

#include <string.h>

#include "cpu/paging.h"
#include "kernel.h"

#define UNIT 65536ull

const char *platform_arguments(size_t *length) {
    *length = boot.command_line_length;
    return boot.command_line;
}

/* An entropy device would need its driver before the engine that runs drivers, and Xen has none. */
bool platform_entropy(void *seed, size_t size) {
    return false;
}

uint64_t platform_memory_limit(void) {
    return (boot.memory_end - LINEAR_MEMORY_BASE) / UNIT * UNIT;
}

bool platform_memory_commit(uint64_t from, uint64_t to) {
    if (to > platform_memory_limit())
        return false;
    paging_grow(LINEAR_MEMORY_BASE + from, LINEAR_MEMORY_BASE + to);
    /* Firmware and loader were here before. */
    memset(host_pointer((u32)from), 0, to - from);
    return true;
}
