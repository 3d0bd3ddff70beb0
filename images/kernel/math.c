/*
 * Rounding and counting for compiled C, which may use no more than SSE2: so an
 * image runs on every x86-64 CPU, also on the plainest that emulators offer.
 * Which of these are called, and which written out, is up to the compiler.
 */
#include <stdint.h>

/* From here on a double has no fraction, and may not fit an int64_t. */
#define WHOLE_DOUBLE 0x1p52

static double truncated(double x) {
    return __builtin_copysign((double)(int64_t)x, x);
}

/* Infinities and NaN are no less than WHOLE_DOUBLE and stay what they are. */
double trunc(double x) {
    return __builtin_fabs(x) < WHOLE_DOUBLE ? truncated(x) : x;
}

double floor(double x) {
    if (!(__builtin_fabs(x) < WHOLE_DOUBLE))
        return x;
    double whole = truncated(x);
    return whole > x ? whole - 1 : whole;
}

double ceil(double x) {
    if (!(__builtin_fabs(x) < WHOLE_DOUBLE))
        return x;
    double whole = truncated(x);
    return whole < x ? __builtin_copysign(whole + 1, x) : whole;
}

/* To the nearest, ties to even: the addition rounds so by itself. */
double nearbyint(double x) {
    if (!(__builtin_fabs(x) < WHOLE_DOUBLE))
        return x;
    volatile double shifted = x + __builtin_copysign(WHOLE_DOUBLE, x);
    return __builtin_copysign(shifted - __builtin_copysign(WHOLE_DOUBLE, x), x);
}

/* What the compiler calls for the number of ones in a word. */
int __popcountdi2(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555;
    x = (x & 0x3333333333333333) + ((x >> 2) & 0x3333333333333333);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (int)((x * 0x0101010101010101) >> 56);
}
