/*
 * Instead of the parts of libsodium that need an operating system: its utilities come
 * in one object file with allocation, locks and system calls, which is not linked
 * when these are there. Weak, since each module that includes this brings them along.
 */
#ifndef LIBSODIUM_H
#define LIBSODIUM_H

#include "kernel.h"
#include "native.h"

#define INSTEAD __attribute__((weak))

int _sodium_runtime_get_cpu_features(void);
void sodium_memzero(void *bytes, size_t size);
int sodium_memcmp(const void *left, const void *right, size_t size);
int sodium_is_zero(const unsigned char *bytes, size_t size);
void randombytes_buf(void *bytes, size_t size);
_Noreturn void sodium_misuse(void);
_Noreturn void abort(void);

INSTEAD void sodium_memzero(void *bytes, size_t size) {
    wipe(bytes, size);
}

/* 0 when both are the same, -1 otherwise, in constant time. */
INSTEAD int sodium_memcmp(const void *left, const void *right, size_t size) {
    return is_same(left, right, size) ? 0 : -1;
}

/* 1 for zeros, 0 otherwise, in constant time. */
INSTEAD int sodium_is_zero(const unsigned char *bytes, size_t size) {
    const volatile uint8_t *at = bytes;
    unsigned any = 0;
    for (size_t i = 0; i < size; i++)
        any |= at[i];
    return (int)((any - 1) >> 8 & 1);
}

INSTEAD void randombytes_buf(void *bytes, size_t size) {
    entropy_fill(bytes, size);
}

INSTEAD void sodium_misuse(void) {
    panic(STATUS_SOFTWARE, "libsodium was used in a wrong way");
}

INSTEAD void abort(void) {
    sodium_misuse();
}

#endif
