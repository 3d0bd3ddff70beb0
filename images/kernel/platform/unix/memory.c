/* Stack and linear memory: one reservation, usable as far as was asked for. */
#include "unix.h"

#define STACK_SIZE (LINEAR_MEMORY_BASE - STACK_BOTTOM)
#define PAGE 65536ull

/* Where linear memory begins: a mebibyte that stays empty but for its end. */
#define ENGINE_STACK (1 << 20)

static uint64_t limit;

static void map(uint64_t from, uint64_t to, int protection, int more_flags) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE | more_flags;
    long result = system_call(SYS_MMAP, from, to - from, protection, flags, -1, 0);
    if (result != (long)from)
        refuse(STATUS_UNAVAILABLE,
               (const char *[]){"cannot reserve the address space "
                                "(a limit on virtual memory?)", NULL},
               result < 0 ? result : 0);
}

void memory_start(uint64_t budget) {
    uint64_t fixed = (uint64_t)(image_end - image_start) + STACK_SIZE;
    limit = budget > fixed ? (budget - fixed) / PAGE * PAGE : 0;
    map(STACK_BOTTOM, LINEAR_MEMORY_BASE, PROT_READ | PROT_WRITE, 0);
    /* The snapshot is unpacked to all of its memory: one piece costs half of what its pages do. */
    uint64_t heap = LINEAR_MEMORY_BASE + ENGINE_STACK;
    uint64_t rest = LINEAR_MEMORY_BASE + snapshot_memory();
    map(LINEAR_MEMORY_BASE, heap, PROT_NONE, 0);
    map(heap, rest, PROT_READ | PROT_WRITE, MAP_POPULATE);
    map(rest, LINEAR_MEMORY_BASE + GUARD_SPACE, PROT_NONE, 0);
}

uint64_t platform_memory_limit(void) {
    return limit;
}

bool platform_memory_commit(uint64_t from, uint64_t to) {
    return from == to ||
           system_call(SYS_MPROTECT, LINEAR_MEMORY_BASE + from, to - from,
                       PROT_READ | PROT_WRITE) == 0;
}
