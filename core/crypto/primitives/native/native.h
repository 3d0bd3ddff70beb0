/*
 * What the modules here share. A module makes functions of a library known to
 * JavaScript (host.h); src/native/<module>.ts is its other side.
 *
 * State that JavaScript holds for a library, such as expanded keys, lies in linear
 * memory, which a fault of the engine could change. So no pointer in it is ever
 * followed: each function sets those it needs before it uses them, and checks numbers.
 */
#ifndef NATIVE_H
#define NATIVE_H

#include <string.h>

#include "host.h"

/*
 * Freestanding C calls these for a few bytes, too, unless it is told that they are the
 * standard's.
 */
#define memcpy __builtin_memcpy
#define memset __builtin_memset

/* For what is called in so many places that copies of it would make images larger. */
#define ONCE __attribute__((noinline, unused)) static

struct bytes {
    uint8_t *at;
    u32 length;
};

/* The Uint8Array in (value); false, with an exception pending, for others. */
ONCE bool take_bytes(u64 value, struct bytes *bytes) {
    u32 address;
    if (!value_bytes(value, &address, &bytes->length))
        return false;
    bytes->at = host_pointer(address);
    return true;
}

/* Takes the Uint8Array in (value), which must be (length) long, at (*at). */
ONCE bool take_exactly(u64 value, u32 length, void *at) {
    struct bytes bytes;
    if (!take_bytes(value, &bytes))
        return false;
    if (bytes.length != length) {
        host_throw("bytes of a wrong length");
        return false;
    }
    *(uint8_t **)at = bytes.at;
    return true;
}

/* Like take_exactly, for a state of a library, which has pointers and numbers in it. */
ONCE bool take_state(u64 value, u32 size, void *at) {
    if (!take_exactly(value, size, at))
        return false;
    if (*(uintptr_t *)at % 8 != 0) {
        host_throw("a state that is not aligned");
        return false;
    }
    return true;
}

/* Whether [start, end) lies within (bytes); otherwise an exception is pending. */
ONCE bool check_range(const struct bytes *bytes, u64 start, u64 end) {
    double from = value_number(start), to = value_number(end);
    if (from >= 0 && from <= to && to <= bytes->length && from == (u32)from &&
        to == (u32)to)
        return true;
    host_throw("a range outside of the bytes");
    return false;
}

/* Zeros that the compiler does not leave out. */
static inline void wipe(void *bytes, size_t size) {
    memset(bytes, 0, size);
    __asm__ volatile("" : : "r"(bytes) : "memory");
}

/* Whether two secrets are the same, in constant time. */
static inline bool is_same(const void *left, const void *right, size_t size) {
    const volatile uint8_t *a = left, *b = right;
    unsigned difference = 0;
    for (size_t i = 0; i < size; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

#define MODULE(symbol, name, table)                                            \
    const struct fast_module symbol##_module = {name, table,                   \
                                                sizeof table / sizeof *table}

#endif
