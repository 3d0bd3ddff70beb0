/*
 * Time since the start: KVM's clock, or else the time stamp counter with the
 * frequency that the hypervisor tells or that is measured. Time of day: KVM's,
 * or else the PC's clock; without any, time starts in 1970.
 */
#include "virtio.h"

#include <cpuid.h>

#include "cpu/instructions.h"

/* CPUID leaves with frequencies: of hypervisors (in kHz), and of Intel. */
#define HYPERVISOR 0x40000000
#define HYPERVISOR_FREQUENCY 0x40000010
#define CRYSTAL 0x15

static bool has_pvclock;
static uint64_t start;

/* Of the time stamp counter; 0: not measured yet. */
static uint64_t scale;

static uint64_t told_frequency(void) {
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d) && (c & 1u << 31)) {
        __cpuid(HYPERVISOR, a, b, c, d);
        if (a >= HYPERVISOR_FREQUENCY && a < HYPERVISOR_FREQUENCY + 0x100) {
            __cpuid(HYPERVISOR_FREQUENCY, a, b, c, d);
            if (a != 0)
                return (uint64_t)a * 1000;
        }
    }
    if (__get_cpuid(CRYSTAL, &a, &b, &c, &d) && a != 0 && b != 0 && c != 0)
        return (uint64_t)c * b / a;
    return 0;
}

void time_start(void) {
    has_pvclock = pvclock_start();
    if (has_pvclock) {
        start = pvclock_monotonic();
        return;
    }
    start = read_tsc();
    uint64_t frequency = told_frequency();
    if (frequency != 0)
        scale = tsc_scale(frequency);
    else
        pit_start();
}

uint64_t platform_monotonic(void) {
    if (has_pvclock)
        return pvclock_monotonic() - start;
    if (scale == 0)
        scale = tsc_scale(pit_frequency());
    return tsc_nanoseconds(read_tsc() - start, scale);
}

uint64_t platform_wall(void) {
    static uint64_t at_start;
    static bool known;
    if (!known) {
        known = true;
        if (has_pvclock)
            at_start = pvclock_wall() + start;
        else if ((at_start = rtc_read()) != 0)
            at_start -= platform_monotonic();
    }
    return at_start + platform_monotonic();
}
