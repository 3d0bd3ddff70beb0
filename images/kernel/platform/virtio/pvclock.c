/* KVM's paravirtual clock (Linux, Documentation/virt/kvm/x86/msr.rst and cpuid.rst). */
#include "virtio.h"

#include <cpuid.h>
#include <string.h>

#include "cpu/instructions.h"
#include "cpu/pvclock.h"

#define SIGNATURE 0x40000000
#define FEATURES 0x40000001
#define FEATURE_CLOCK (1u << 3)
#define MSR_WALL_CLOCK 0x4b564d00
#define MSR_SYSTEM_TIME 0x4b564d01
#define ENABLE 1

/* In memory that does not cross a page, as the host asks. */
static volatile struct pvclock_time system_time __attribute__((aligned(32)));
static volatile struct pvclock_wall wall_clock __attribute__((aligned(16)));

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
    return pvclock_now(&system_time);
}

uint64_t pvclock_wall(void) {
    write_msr(MSR_WALL_CLOCK, (uint64_t)&wall_clock);
    return pvclock_start_of(&wall_clock);
}
