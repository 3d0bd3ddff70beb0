/*
 * Numbers of several words, the least significant one first. Everything here takes the
 * same time whatever the numbers are; only their lengths show.
 */
#ifndef WORDS_H
#define WORDS_H

#include "native.h"

typedef unsigned __int128 u128;

/* (mask), in a way that keeps the compiler from making a branch of what it selects. */
static inline u64 opaque(u64 mask) {
    __asm__("" : "+r"(mask));
    return mask;
}

/* Takes (length) bytes, big-endian, at most 8 for each of (count) words. */
ONCE void words_load(u64 *words, u32 count, const uint8_t *bytes, u32 length) {
    memset(words, 0, 8 * count);
    for (u32 i = 0; i < length; i++)
        words[i / 8] |= (u64)bytes[length - 1 - i] << 8 * (i % 8);
}

/* Writes the lowest (length) bytes, big-endian. */
ONCE void words_store(uint8_t *bytes, u32 length, const u64 *words) {
    for (u32 i = 0; i < length; i++)
        bytes[length - 1 - i] = (uint8_t)(words[i / 8] >> 8 * (i % 8));
}

/* All ones when (words) are 0, no ones otherwise. */
static inline u64 words_are_zero(const u64 *words, u32 count) {
    u64 any = 0;
    for (u32 i = 0; i < count; i++)
        any |= words[i];
    return opaque(((any | (0 - any)) >> 63) - 1);
}

/* (into) becomes (from) where (mask) is all ones, and stays where it is 0. */
static inline void words_select(u64 *into, const u64 *from, u64 mask, u32 count) {
    mask = opaque(mask);
    for (u32 i = 0; i < count; i++)
        into[i] ^= (into[i] ^ from[i]) & mask;
}

/* Answers the carry. */
static inline u64 words_add(u64 *sum, const u64 *a, const u64 *b, u32 count) {
    u64 carry = 0;
    for (u32 i = 0; i < count; i++) {
        u128 word = (u128)a[i] + b[i] + carry;
        sum[i] = (u64)word;
        carry = (u64)(word >> 64);
    }
    return carry;
}

/* Answers the borrow: 1 when (a) is less than (b). */
static inline u64 words_subtract(u64 *difference, const u64 *a, const u64 *b,
                                 u32 count) {
    u64 borrow = 0;
    for (u32 i = 0; i < count; i++) {
        u128 word = (u128)a[i] - b[i] - borrow;
        difference[i] = (u64)word;
        borrow = (u64)(word >> 64) & 1;
    }
    return borrow;
}

#endif
