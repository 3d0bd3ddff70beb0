/*
 * A hash of FIPS 180-4 around OpenSSL's compression, and HMAC (RFC 2104). A file that
 * includes this has defined WORD, COUNT (of words in the state), INITIAL (those words),
 * BLOCK_LENGTH, DIGEST_LENGTH and COMPRESS.
 */
#ifndef SHA_H
#define SHA_H

#include "openssl.h"

typedef struct {
    WORD chain[COUNT];
    u64 length;
    uint8_t block[BLOCK_LENGTH];
} state_t;

void COMPRESS(WORD *chain, const uint8_t *blocks, size_t count);

#define SWAP(word)                                                             \
    (sizeof(WORD) == 4 ? __builtin_bswap32((u32)(word)) : __builtin_bswap64(word))

/* Where the message's length in bits stands at the end of the last block. */
#define LENGTH_AT (BLOCK_LENGTH - 2 * sizeof(WORD))

ONCE void hash_init(state_t *state) {
    static const WORD initial[COUNT] = INITIAL;
    memcpy(state->chain, initial, sizeof initial);
    state->length = 0;
}

ONCE void hash_update(state_t *state, const uint8_t *bytes, u32 length) {
    u32 held = state->length % BLOCK_LENGTH;
    state->length += length;
    if (held > 0) {
        u32 taken = BLOCK_LENGTH - held < length ? BLOCK_LENGTH - held : length;
        memcpy(state->block + held, bytes, taken);
        if (held + taken < BLOCK_LENGTH)
            return;
        COMPRESS(state->chain, state->block, 1);
        bytes += taken;
        length -= taken;
    }
    if (length >= BLOCK_LENGTH)
        COMPRESS(state->chain, bytes, length / BLOCK_LENGTH);
    memcpy(state->block, bytes + length - length % BLOCK_LENGTH, length % BLOCK_LENGTH);
}

/* Ends the message, and the state. */
ONCE void hash_finish(state_t *state, uint8_t *digest) {
    u32 held = state->length % BLOCK_LENGTH;
    state->block[held++] = 0x80;
    memset(state->block + held, 0, BLOCK_LENGTH - held);
    if (held > LENGTH_AT) {
        COMPRESS(state->chain, state->block, 1);
        memset(state->block, 0, BLOCK_LENGTH);
    }
    u64 bits = __builtin_bswap64(8 * state->length);
    memcpy(state->block + BLOCK_LENGTH - sizeof bits, &bits, sizeof bits);
    COMPRESS(state->chain, state->block, 1);
    for (u32 i = 0; i < DIGEST_LENGTH / sizeof(WORD); i++) {
        WORD word = SWAP(state->chain[i]);
        memcpy(digest + i * sizeof word, &word, sizeof word);
    }
}

/* The HMAC of what (inner) has seen; (outer) has seen its pad only. */
ONCE void hmac_finish(state_t *inner, const state_t *outer, uint8_t *tag) {
    state_t last = *outer;
    hash_finish(inner, tag);
    hash_update(&last, tag, DIGEST_LENGTH);
    hash_finish(&last, tag);
    wipe(&last, sizeof last);
}

#endif
