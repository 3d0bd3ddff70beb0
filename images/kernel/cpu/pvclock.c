/* See pvclock.h. */
#include "cpu/pvclock.h"

#include "cpu/instructions.h"

uint64_t pvclock_now(const volatile struct pvclock_time *time) {
    uint32_t version;
    uint64_t now;
    do {
        version = __atomic_load_n(&time->version, __ATOMIC_ACQUIRE);
        uint64_t delta = read_tsc() - time->tsc;
        int shift = time->shift;
        delta = shift < 0 ? delta >> -shift : delta << shift;
        now = (uint64_t)((unsigned __int128)delta * time->multiplier >> 32) +
              time->nanoseconds;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while ((version & 1) || version != time->version);
    return now;
}

uint64_t pvclock_start_of(const volatile struct pvclock_wall *wall) {
    uint32_t version;
    uint64_t start;
    do {
        version = __atomic_load_n(&wall->version, __ATOMIC_ACQUIRE);
        start = (uint64_t)wall->seconds * 1000000000 + wall->nanoseconds;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while ((version & 1) || version != wall->version);
    return start;
}
