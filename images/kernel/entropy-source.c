/* Raw samples of what is unpredictable in the CPU. Tests replace them. */
#include "kernel.h"

#include <cpuid.h>

/* How often RDRAND is asked before it counts as broken: Intel says 10 suffice. */
#define TRIES 32

/* Empty for a while when others ask too: then RDRAND is as good, and faster. */
static bool read_seed(uint64_t *sample) {
    uint8_t ok;
    __asm__ volatile("rdseed %0; setc %1" : "=r"(*sample), "=qm"(ok)::"cc");
    return ok;
}

static bool read_random(uint64_t *sample) {
    uint8_t ok = 0;
    for (int i = 0; i < TRIES && !ok; i++)
        __asm__ volatile("rdrand %0; setc %1" : "=r"(*sample), "=qm"(ok)::"cc");
    return ok;
}

/* 64 bits of the CPU's own generator: conditioned noise, or its DRBG. */
__attribute__((weak)) bool entropy_hardware(uint64_t *sample) {
    /* Asked once: in a virtual machine CPUID costs thousands of cycles. */
    static bool asked, has_seed, has_random;
    if (!asked) {
        unsigned a, b, c, d;
        has_seed = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_RDSEED);
        has_random = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_RDRND);
        asked = true;
    }
    return (has_seed && read_seed(sample)) || (has_random && read_random(sample));
}

/*
 * The low byte of the time that a walk through memory takes: caches, clocks and
 * interrupts make it vary.
 */
__attribute__((weak)) uint8_t entropy_jitter(void) {
    static volatile uint8_t memory[16 * 1024];
    static uint32_t place = 1;
    uint64_t start = __builtin_ia32_rdtsc();
    for (int i = 0; i < 32; i++) {
        place = place * 1664525 + 1013904223;
        volatile uint8_t *cell = &memory[(place >> 16) % sizeof memory];
        *cell = (uint8_t)(*cell + place);
    }
    return (uint8_t)((__builtin_ia32_rdtsc() - start) / 2);
}

uint64_t entropy_canary(void) {
    uint64_t sample = 0;
    entropy_hardware(&sample);
    return sample ^ __builtin_ia32_rdtsc() * 0x9e3779b97f4a7c15;
}
