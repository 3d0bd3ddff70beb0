/*
 * The clock that hypervisors keep in memory for a guest, the same for Xen
 * (xen/include/public/xen.h) and KVM (Linux, Documentation/virt/kvm/x86/msr.rst).
 */
#ifndef PVCLOCK_H
#define PVCLOCK_H

#include <stdint.h>

/* The hypervisor writes both; an odd version means that it is about to. */
struct pvclock_time {
    uint32_t version, reserved;
    uint64_t tsc, nanoseconds;
    uint32_t multiplier;
    int8_t shift;
    uint8_t flags, reserved2[2];
};
struct pvclock_wall {
    uint32_t version, seconds, nanoseconds;
};

/* Nanoseconds since the hypervisor's start, or the machine's. */
uint64_t pvclock_now(const volatile struct pvclock_time *time);

/* Nanoseconds since 1970-01-01 UTC at that start. */
uint64_t pvclock_start_of(const volatile struct pvclock_wall *wall);

#endif
