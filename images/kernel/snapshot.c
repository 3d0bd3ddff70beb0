/*
 * Linear memory as it was when the image was built: images/engine/src/snapshot.ts
 * says what there is of it, pack.ts how it is packed. It is a part of the image, and
 * trusted like its code.
 */
#include "kernel.h"

#include <string.h>

/* As linkImage put it into the image. */
extern const char snapshot_start[];

static const struct snapshot {
    u64 program;
    u32 size, canary;
    uint8_t memory[];
} *const snapshot = (const void *)snapshot_start;

/* Codes are looked up by as many bits as the longest has. */
#define LONGEST 11

/* Alphabets as in pack/symbols.ts: bytes and lengths by the place in a word, and distances. */
#define LITERALS 4
#define DISTANCES 2
#define LITERAL_SYMBOLS 348
#define DISTANCE_SYMBOLS 372

/* For each row of LONGEST bits the symbol whose code it starts with, and the code's length in the lowest four bits. */
typedef uint16_t alphabet[1 << LONGEST];

/* Bits that are read from (at): the next are the highest of (held), of which (count) are there. */
struct bits {
    const uint8_t *at;
    uint64_t held;
    unsigned count;
};

/* Makes 56 bits be there. */
static inline void refill(struct bits *bits) {
    uint64_t more;
    __builtin_memcpy(&more, bits->at, 8);
    bits->held |= __builtin_bswap64(more) >> bits->count;
    bits->at += (63 - bits->count) >> 3;
    bits->count |= 56;
}

static inline unsigned take(struct bits *bits, unsigned count) {
    unsigned value = bits->held >> 1 >> (63 - count);
    bits->held <<= count;
    bits->count -= count;
    return value;
}

static inline unsigned take_symbol(struct bits *bits, const alphabet codes) {
    unsigned entry = codes[bits->held >> (64 - LONGEST)];
    take(bits, entry & 15);
    return entry >> 4;
}

/* The number with (code), which says its highest three bits. */
static inline unsigned take_number(struct bits *bits, unsigned code) {
    if (code < 8)
        return code;
    unsigned more = (code - 4) / 4;
    return (4 | (code & 3)) << more | take(bits, more);
}

static void read_alphabet(struct bits *bits, alphabet codes, unsigned symbols) {
    uint8_t lengths[DISTANCE_SYMBOLS];
    for (unsigned symbol = 0; symbol < symbols; symbol++) {
        refill(bits);
        lengths[symbol] = take(bits, 4);
    }
    unsigned next = 0;
    for (unsigned length = 1; length <= LONGEST; length++) {
        for (unsigned symbol = 0; symbol < symbols; symbol++) {
            if (lengths[symbol] != length)
                continue;
            for (unsigned end = next + (1 << (LONGEST - length)); next < end; next++)
                codes[next] = symbol << 4 | length;
        }
    }
}

/* Copies (size) bytes from (distance) before, and up to 15 more, which are overwritten next. */
static inline void copy(uint8_t *to, unsigned distance, unsigned size) {
    const uint8_t *from = to - distance, *end = to + size;
    if (distance < 8) {
        while (to < end)
            *to++ = *from++;
        return;
    }
    do { /* most matches are short, and all of these cost the same */
        for (int i = 0; i < 2; i++, to += 8, from += 8) {
            uint64_t word;
            __builtin_memcpy(&word, from, 8);
            __builtin_memcpy(to, &word, 8);
        }
    } while (to < end);
}

/* Unpacks to the (size) bytes at (to), which are zeros. */
static void unpack(uint8_t *to, size_t size, const uint8_t *from) {
    alphabet literals[LITERALS], distances[DISTANCES];
    struct bits lengths = {.at = from};
    for (unsigned i = 0; i < LITERALS; i++)
        read_alphabet(&lengths, literals[i], LITERAL_SYMBOLS);
    for (unsigned i = 0; i < DISTANCES; i++)
        read_alphabet(&lengths, distances[i], DISTANCE_SYMBOLS);

    struct bits bits = lengths; /* which registers can hold */
    unsigned newest = 4, middle = 8, oldest = 16;
    for (uint8_t *end = to + size; to < end;) {
        if (bits.count < 2 * LONGEST + 22)
            refill(&bits);
        unsigned symbol = take_symbol(&bits, literals[(uintptr_t)to & 3]);
        if (symbol < 256) {
            *to++ = symbol;
            continue;
        }
        unsigned length = take_number(&bits, symbol - 256) + 2;
        refill(&bits);
        symbol = take_symbol(&bits, distances[length >= 4]);
        if (symbol == 0) {
            __builtin_memset(to, 0, 16); /* only the last copy wrote here */
            to += length;
            continue;
        }
        unsigned distance;
        if (symbol >= 4) {
            distance = take_number(&bits, (symbol - 4) / 4) << 2 | (symbol & 3);
            oldest = middle;
            middle = newest;
        } else {
            distance = symbol == 1 ? newest : symbol == 2 ? middle : oldest;
            oldest = symbol == 3 ? middle : oldest;
            middle = symbol == 1 ? middle : newest;
        }
        newest = distance;
        copy(to, distance, length);
        to += length;
    }
}

uint64_t snapshot_memory(void) {
    return snapshot->size;
}

u64 snapshot_restore(void) {
    unpack(host_pointer(0), snapshot->size, snapshot->memory);
    entropy_fill(host_pointer(snapshot->canary), 4);
    return snapshot->program;
}
