/*
 * Arithmetic modulo an odd number, in Montgomery form, over OpenSSL's assembly. The
 * time depends on lengths only: of moduli, and of exponents where they are secret.
 */
#ifndef MONTGOMERY_H
#define MONTGOMERY_H

#include "openssl.h"
#include "words.h"

/*
 * Words of the largest modulus. The assembly is at its best with multiples of 8, so
 * others are filled up.
 */
#define WORDS_LARGEST 64
#define WORDS_STEP 8

/* (a) times (b) through 2^(64 * count); one of them may be larger than the modulus. */
int bn_mul_mont(u64 *product, const u64 *a, const u64 *b, const u64 *modulus,
                const u64 *inverse, int count);
/* 32 numbers in one table, which all are read to get one. */
void bn_scatter5(const u64 *number, size_t count, u64 *table, size_t index);
/* (a) to the power of 32, times number (index) of the table. */
void bn_power5(u64 *result, const u64 *a, const u64 *table, const u64 *modulus,
               const u64 *inverse, int count, int index);

/* One digit of an exponent for bn_power5. */
#define DIGIT_BITS 5
#define DIGITS (1 << DIGIT_BITS)

struct modulus {
    u32 count, bits;
    u64 inverse; /* of the modulus, negative, modulo 2^64 */
    u64 words[WORDS_LARGEST];
    u64 one[WORDS_LARGEST];  /* 1 in Montgomery form */
    u64 form[WORDS_LARGEST]; /* a product with it is a Montgomery form */
};

static inline void multiply(u64 *product, const u64 *a, const u64 *b,
                            const struct modulus *m) {
    bn_mul_mont(product, a, b, m->words, &m->inverse, (int)m->count);
}

/* (sum), of which (carry) did not fit, less the modulus when it is not below it. */
ONCE void reduce_once(u64 *sum, u64 carry, const struct modulus *m) {
    u64 less[WORDS_LARGEST];
    u64 borrow = words_subtract(less, sum, m->words, m->count);
    words_select(sum, less, 0 - (carry | (borrow ^ 1)), m->count);
    wipe(less, 8 * m->count);
}

static inline void add_modulo(u64 *sum, const u64 *a, const u64 *b,
                              const struct modulus *m) {
    reduce_once(sum, words_add(sum, a, b, m->count), m);
}

static inline void subtract_modulo(u64 *difference, const u64 *a, const u64 *b,
                                   const struct modulus *m) {
    u64 sum[WORDS_LARGEST];
    u64 borrow = words_subtract(difference, a, b, m->count);
    words_add(sum, difference, m->words, m->count);
    words_select(difference, sum, 0 - borrow, m->count);
    wipe(sum, 8 * m->count);
}

/* How many words (length) bytes take, a multiple of WORDS_STEP. */
static inline u32 words_for(u32 length) {
    return (length + 8 * WORDS_STEP - 1) / (8 * WORDS_STEP) * WORDS_STEP;
}

/*
 * Takes a modulus in (count) words, which must be enough; false when it is even or
 * below 3. Where its highest bit is shows.
 */
ONCE bool modulus_init(struct modulus *m, const struct bytes *bytes,
                                u32 count) {
    words_load(m->words, m->count = count, bytes->at, bytes->length);
    u32 top = count;
    while (top > 0 && m->words[top - 1] == 0)
        top--;
    if ((m->words[0] & 1) == 0 || (top == 1 && m->words[0] == 1))
        return false;
    m->bits = 64 * top - (u32)__builtin_clzll(m->words[top - 1]);
    /* Newton: each step doubles how many of the lowest bits are right, 3 at first. */
    u64 inverse = m->words[0];
    for (u32 i = 0; i < 5; i++)
        inverse *= 2 - m->words[0] * inverse;
    m->inverse = 0 - inverse;
    /* 2^(64 * count) by doubling the highest power of 2 below the modulus */
    memset(m->one, 0, 8 * count);
    m->one[(m->bits - 1) / 64] = 1ull << (m->bits - 1) % 64;
    for (u32 i = m->bits - 1; i < 64 * count; i++)
        add_modulo(m->one, m->one, m->one, m);
    /* The form of 2^count to the power of 64 is that of 2^(64 * count). */
    memcpy(m->form, m->one, 8 * count);
    for (u32 i = 0; i < count; i++)
        add_modulo(m->form, m->form, m->form, m);
    for (u32 i = 0; i < 6; i++)
        multiply(m->form, m->form, m->form, m);
    return true;
}

/*
 * (base) to the power of (exponent), which is as long as the modulus, both in
 * Montgomery form. (table) has DIGITS times (count) words.
 */
static inline void power_secret(u64 *result, const u64 *base, const u64 *exponent,
                                u64 *table, const struct modulus *m) {
    memcpy(result, m->one, 8 * m->count);
    bn_scatter5(result, m->count, table, 0);
    for (u32 i = 1; i < DIGITS; i++) {
        multiply(result, result, base, m);
        bn_scatter5(result, m->count, table, i);
    }
    memcpy(result, m->one, 8 * m->count);
    for (u32 index = (m->bits + DIGIT_BITS - 1) / DIGIT_BITS; index-- > 0;) {
        u32 word = index * DIGIT_BITS / 64, shift = index * DIGIT_BITS % 64;
        u64 digit = exponent[word] >> shift;
        if (shift > 64 - DIGIT_BITS && word + 1 < m->count)
            digit |= exponent[word + 1] << (64 - shift);
        bn_power5(result, result, table, m->words, &m->inverse, (int)m->count,
                  (int)(digit % DIGITS));
    }
}

/*
 * (base) to the power of (exponent), odd and above 1, which shows; the result is an
 * ordinary number.
 */
static inline void power_public(u64 *result, const u64 *base, u32 exponent,
                                const struct modulus *m) {
    u64 form[WORDS_LARGEST];
    multiply(form, base, m->form, m);
    memcpy(result, form, 8 * m->count);
    for (u32 bit = 31 - (u32)__builtin_clz(exponent); bit-- > 0;) {
        multiply(result, result, result, m);
        if (bit > 0 && exponent >> bit & 1)
            multiply(result, result, form, m);
    }
    multiply(result, result, base, m);
}

#endif
