#include "cpu/vector.h"

#include <cpuid.h>
#include <stdint.h>

/* Intel's manual, volume 1, 13.1 to 13.3 and 14.3. */
#define CR4_OSXSAVE (1 << 18)
#define STATE_X87_SSE_AVX 7

void vector_start(void) {
    unsigned a, b, features, d;
    if (!__get_cpuid(1, &a, &b, &features, &d))
        return;
    if (!(features & bit_XSAVE) || !(features & bit_AVX))
        return;
    uint64_t cr4;
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" ::"r"(cr4 | CR4_OSXSAVE));
    __asm__ volatile("xsetbv" ::"c"(0), "a"(STATE_X87_SSE_AVX), "d"(0));
}
