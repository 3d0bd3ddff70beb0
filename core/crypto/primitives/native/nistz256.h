/*
 * P-256 over OpenSSL's assembly, which computes in the field, modulo the order, and
 * adds points; here are the loops around that. Coordinates are in Montgomery form, and
 * so are numbers modulo the order where it says so. No branch and no address depends on
 * a scalar.
 */
#ifndef NISTZ256_H
#define NISTZ256_H

#include "openssl.h"
#include "words.h"

#define WORDS 4

typedef u64 number[WORDS];

/* Jacobian: (x/z^2, y/z^3); z is 0 for the point at infinity. */
struct point {
    number x, y, z;
};

/* Both are 0 for the point at infinity. */
struct affine {
    number x, y;
};

typedef void multiply(u64 *product, const u64 *a, const u64 *b);

multiply ecp_nistz256_mul_mont, ecp_nistz256_add, ecp_nistz256_sub;
multiply ecp_nistz256_ord_mul_mont;
void ecp_nistz256_neg(u64 *result, const u64 *a);
void ecp_nistz256_to_mont(u64 *result, const u64 *a);
void ecp_nistz256_from_mont(u64 *result, const u64 *a);
void ecp_nistz256_point_double(struct point *result, const struct point *a);
void ecp_nistz256_point_add(struct point *result, const struct point *a,
                            const struct point *b);
void ecp_nistz256_point_add_affine(struct point *result, const struct point *a,
                                   const struct affine *b);
/* One of (table), which they read all of, at (index) from 1 on; zeros for 0. */
void ecp_nistz256_gather_w5(struct point *point, const struct point table[16],
                            int index);
void ecp_nistz256_gather_w7(struct affine *point, const struct affine table[64],
                            int index);
/* The multiples 1 to 64 of the generator, of 2^7 times it, of 2^14 times it, ... */
extern const struct affine ecp_nistz256_precomputed[37][64];

/* The field's prime and the order (SP 800-186, 3.2.1.3). */
static const number PRIME = {0xffffffffffffffff, 0x00000000ffffffff, 0,
                             0xffffffff00000001};
static const number ORDER = {0xf3b9cac2fc632551, 0xbce6faada7179e84,
                             0xffffffffffffffff, 0xffffffff00000000};
/* 2^256 modulo the prime, which is 1 in Montgomery form. */
static const number ONE = {1, 0xffffffff00000000, 0xffffffffffffffff,
                           0x00000000fffffffe};

/*
 * Booth's digit (index) of a number of which (doubled) is the double: half of 2^(width)
 * at most, up or down. Answers its magnitude; (*negative) is all ones for those below 0.
 */
static int digit_at(const u64 doubled[WORDS + 1], u32 index, u32 width,
                    u64 *negative) {
    u32 word = index * width / 64, shift = index * width % 64;
    u64 bits = doubled[word] >> shift;
    if (shift + width >= 64)
        bits |= doubled[word + 1] << (64 - shift);
    bits &= (2 << width) - 1;
    u64 mask = opaque(0 - (bits >> width));
    u64 half = (bits + 1) >> 1;
    *negative = mask;
    return (int)(((1 << width) & mask) + ((half ^ mask) - mask));
}

static void double_number(u64 doubled[WORDS + 1], const number a) {
    doubled[WORDS] = words_add(doubled, a, a, WORDS);
}

static void negate_where(number a, u64 mask) {
    number negated;
    ecp_nistz256_neg(negated, a);
    words_select(a, negated, mask, WORDS);
}

/*
 * (scalar), below the order, times (point). What is added is never the sum so far or
 * its opposite, for which the addition has branches: the sum is 32 times a number,
 * digits are 16 at most, and the order leaves 17 when divided by 32.
 */
static void point_multiply(struct point *result, const struct affine *point,
                           const number scalar) {
    _Alignas(64) struct point table[16];
    struct point multiple;
    memcpy(table[0].x, point->x, sizeof point->x);
    memcpy(table[0].y, point->y, sizeof point->y);
    memcpy(table[0].z, ONE, sizeof ONE);
    for (u32 i = 2; i <= 16; i += 2) {
        ecp_nistz256_point_double(&table[i - 1], &table[i / 2 - 1]);
        if (i < 16)
            ecp_nistz256_point_add(&table[i], &table[i - 1], &table[0]);
    }
    u64 doubled[WORDS + 1], negative;
    double_number(doubled, scalar);
    memset(result, 0, sizeof *result);
    for (u32 index = 52; index-- > 0;) {
        for (u32 i = 0; i < 5; i++)
            ecp_nistz256_point_double(result, result);
        int digit = digit_at(doubled, index, 5, &negative);
        ecp_nistz256_gather_w5(&multiple, table, digit);
        negate_where(multiple.y, negative);
        ecp_nistz256_point_add(result, result, &multiple);
    }
    wipe(doubled, sizeof doubled);
    wipe(&multiple, sizeof multiple);
}

/*
 * (scalar), below the order, times the generator. The addition cannot double, and need
 * not: each sum so far is closer to 0 than the multiple that is added next.
 */
static void generator_multiply(struct point *result, const number scalar) {
    u64 doubled[WORDS + 1], negative;
    struct affine multiple;
    double_number(doubled, scalar);
    memset(result, 0, sizeof *result);
    for (u32 index = 0; index < 37; index++) {
        int digit = digit_at(doubled, index, 7, &negative);
        ecp_nistz256_gather_w7(&multiple, ecp_nistz256_precomputed[index], digit);
        negate_where(multiple.y, negative);
        ecp_nistz256_point_add_affine(result, result, &multiple);
    }
    wipe(doubled, sizeof doubled);
    wipe(&multiple, sizeof multiple);
}

/*
 * The inverse of (a) by Fermat: (a) to the power of (modulus) - 2, in Montgomery form.
 */
static void invert(number result, const number a, const number modulus,
                   multiply *multiply) {
    number powers[16], exponent;
    memcpy(powers[1], a, sizeof powers[1]);
    for (u32 i = 2; i < 16; i++)
        multiply(powers[i], powers[i - 1], a);
    words_subtract(exponent, modulus, (const number){2}, WORDS);
    memcpy(result, powers[exponent[3] >> 60], sizeof powers[0]);
    for (u32 index = 63; index-- > 0;) {
        for (u32 i = 0; i < 4; i++)
            multiply(result, result, result);
        u32 digit = exponent[index / 16] >> 4 * (index % 16) & 15;
        if (digit != 0)
            multiply(result, result, powers[digit]);
    }
    wipe(powers, sizeof powers);
}

/* The coordinates, as ordinary numbers, of a point that is not at infinity. */
static void affine_of(struct affine *result, const struct point *point) {
    number inverse, square;
    invert(inverse, point->z, PRIME, ecp_nistz256_mul_mont);
    ecp_nistz256_mul_mont(square, inverse, inverse);
    ecp_nistz256_mul_mont(result->x, point->x, square);
    ecp_nistz256_mul_mont(result->y, point->y, square);
    ecp_nistz256_mul_mont(result->y, result->y, inverse);
    ecp_nistz256_from_mont(result->x, result->x);
    ecp_nistz256_from_mont(result->y, result->y);
}

/* Takes coordinates into Montgomery form; false when they are no point of the curve. */
static bool affine_take(struct affine *point, const uint8_t coordinates[64]) {
    static const number B = {0xd89cdf6229c4bddf, 0xacf005cd78843090,
                             0xe5a220abf7212ed6, 0xdc30061d04874834};
    number left, right, below;
    words_load(point->x, WORDS, coordinates, 32);
    words_load(point->y, WORDS, coordinates + 32, 32);
    if (!words_subtract(below, point->x, PRIME, WORDS) ||
        !words_subtract(below, point->y, PRIME, WORDS))
        return false;
    ecp_nistz256_to_mont(point->x, point->x);
    ecp_nistz256_to_mont(point->y, point->y);
    /* y^2 = x^3 - 3x + b */
    ecp_nistz256_mul_mont(left, point->y, point->y);
    ecp_nistz256_mul_mont(right, point->x, point->x);
    ecp_nistz256_mul_mont(right, right, point->x);
    for (u32 i = 0; i < 3; i++)
        ecp_nistz256_sub(right, right, point->x);
    ecp_nistz256_add(right, right, B);
    return memcmp(left, right, sizeof left) == 0;
}

#endif
