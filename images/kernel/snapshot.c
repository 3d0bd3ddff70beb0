/*
 * Linear memory as it was when the image was built: images/engine/src/snapshot.ts
 * says what there is of it, lz4.ts how it is packed. It is a part of the image, and
 * trusted like its code.
 */
#include "kernel.h"

#include <string.h>

/* As linkImage put it into the image. */
extern const char snapshot_start[], snapshot_end[];

static const struct snapshot {
    u64 program;
    u32 size, canary;
    uint8_t memory[];
} *const snapshot = (const void *)snapshot_start;

/* The count whose four bits in the token are (count), and what follows of it (*at). */
static size_t read_count(size_t count, const uint8_t **at) {
    if (count < 15)
        return count;
    uint8_t more;
    do
        count += more = *(*at)++;
    while (more == 255);
    return count;
}

/*
 * Copies (size) bytes from at least 8 bytes away, and up to 15 more: those behind
 * are overwritten next.
 */
static inline void copy(uint8_t *to, const uint8_t *from, size_t size) {
    const uint8_t *end = to + size;
    do {
        for (int i = 0; i < 2; i++, to += 8, from += 8) {
            uint64_t word;
            __builtin_memcpy(&word, from, 8);
            __builtin_memcpy(to, &word, 8);
        }
    } while (to < end);
}

/* Unpacks to (to), which is zeros. */
static void unpack(uint8_t *to, const uint8_t *at) {
    for (;;) {
        uint8_t token = *at++;
        size_t literals = read_count(token >> 4, &at);
        if (at + literals == (const uint8_t *)snapshot_end) {
            memcpy(to, at, literals);
            return;
        }
        copy(to, at, literals);
        to += literals;
        at += literals;

        unsigned offset = at[0] | at[1] << 8;
        at += 2;
        size_t length = read_count(token & 15, &at) + 4;
        if (offset == 0)
            __builtin_memset(to, 0, 16); /* only the last copy wrote here */
        else
            copy(to, to - offset, length);
        to += length;
    }
}

uint64_t snapshot_memory(void) {
    return snapshot->size;
}

u64 snapshot_restore(void) {
    unpack(host_pointer(0), snapshot->memory);
    entropy_fill(host_pointer(snapshot->canary), 4);
    return snapshot->program;
}
