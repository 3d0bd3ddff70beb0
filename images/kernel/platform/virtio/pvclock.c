/* KVM's paravirtual clock (Linux, Documentation/virt/kvm/x86/msr.rst and cpuid.rst). */
#include "virtio.h"

#include <cpuid.h>
#include <string.h>

#include "cpu/instructions.h"

#define SIGNATURE 0x40000000
#define FEATURES 0x40000001
#define FEATURE_CLOCK (1u << 3)
#define MSR_WALL_CLOCK 0x4b564d00
#define MSR_SYSTEM_TIME 0x4b564d01
#define ENABLE 1

/* The host writes both; an odd version means that it is about to. */
struct system_time {
    uint32_t version, reserved;
    uint64_t tsc, nanoseconds;
    uint32_t multiplier;
    int8_t shift;
    uint8_t flags, reserved2[2];
};
struct wall_clock {
    uint32_t version, seconds, nanoseconds;
};

/* In memory that does not cross a page, as the host asks. */
static volatile struct system_time system_time __attribute__((aligned(32)));
static volatile struct wall_clock wall_clock __attribute__((aligned(16)));

bool pvclock_start(void) {
    unsigned a, b, c, d;
    __cpuid(SIGNATURE, a, b, c, d);
    unsigned signature[] = {b, c, d};
    if (memcmp(signature, "KVMKVMKVM\0\0", sizeof signature) != 0)
        return false;
    __cpuid(FEATURES, a, b, c, d);
    if (!(a & FEATURE_CLOCK))
        return false;
    write_msr(MSR_SYSTEM_TIME, (uint64_t)&system_time | ENABLE);
    return system_time.multiplier != 0;
}

uint64_t pvclock_monotonic(void) {
    uint32_t version;
    uint64_t now;
    do {
        version = __atomic_load_n(&system_time.version, __ATOMIC_ACQUIRE);
        uint64_t delta = read_tsc() - system_time.tsc;
        int shift = system_time.shift;
        delta = shift < 0 ? delta >> -shift : delta << shift;
        now = (uint64_t)((unsigned __int128)delta * system_time.multiplier >> 32) +
              system_time.nanoseconds;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while ((version & 1) || version != system_time.version);
    return now;
}

uint64_t pvclock_wall(void) {
    uint32_t version;
    uint64_t start;
    write_msr(MSR_WALL_CLOCK, (uint64_t)&wall_clock);
    do {
        version = __atomic_load_n(&wall_clock.version, __ATOMIC_ACQUIRE);
        start = (uint64_t)wall_clock.seconds * 1000000000 + wall_clock.nanoseconds;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while ((version & 1) || version != wall_clock.version);
    return start;
}
