/*
 * What JavaScript calls of a hash; what a file that includes this has to define is in
 * sha.h.
 */
#include "sha.h"

/* stateLength() */
HOST_CALL(call_state_length) {
    return value_from_int(sizeof(state_t));
}

/* init(state) */
HOST_CALL(call_init) {
    state_t *state;
    if (!take_state(host_argument(argv, 0), sizeof *state, &state))
        return VALUE_EXCEPTION;
    hash_init(state);
    return VALUE_UNDEFINED;
}

/* update(state, bytes, start, end) */
HOST_CALL(call_update) {
    state_t *state;
    struct bytes bytes;
    if (!take_state(host_argument(argv, 0), sizeof *state, &state) ||
        !take_bytes(host_argument(argv, 1), &bytes) ||
        !check_range(&bytes, host_argument(argv, 2), host_argument(argv, 3)))
        return VALUE_EXCEPTION;
    u32 start = value_u32(host_argument(argv, 2));
    u32 end = value_u32(host_argument(argv, 3));
    hash_update(state, bytes.at + start, end - start);
    return VALUE_UNDEFINED;
}

/* out(state, digest): the state stays as it is. */
HOST_CALL(call_out) {
    state_t *state, last;
    uint8_t *digest;
    if (!take_state(host_argument(argv, 0), sizeof *state, &state) ||
        !take_exactly(host_argument(argv, 1), DIGEST_LENGTH, &digest))
        return VALUE_EXCEPTION;
    last = *state;
    hash_finish(&last, digest);
    wipe(&last, sizeof last);
    return VALUE_UNDEFINED;
}

/* digest(bytes, digest): all at once. */
HOST_CALL(call_digest) {
    struct bytes bytes;
    uint8_t *digest;
    state_t state;
    if (!take_bytes(host_argument(argv, 0), &bytes) ||
        !take_exactly(host_argument(argv, 1), DIGEST_LENGTH, &digest))
        return VALUE_EXCEPTION;
    hash_init(&state);
    hash_update(&state, bytes.at, bytes.length);
    hash_finish(&state, digest);
    wipe(&state, sizeof state);
    return VALUE_UNDEFINED;
}

static void take_pad(state_t *state, const uint8_t key[BLOCK_LENGTH], uint8_t byte) {
    uint8_t pad[BLOCK_LENGTH];
    for (u32 i = 0; i < BLOCK_LENGTH; i++)
        pad[i] = key[i] ^ byte;
    hash_init(state);
    hash_update(state, pad, BLOCK_LENGTH);
    wipe(pad, sizeof pad);
}

/* key(inner, outer, key): the states of HMAC after its two pads. */
HOST_CALL(call_key) {
    state_t *inner, *outer;
    struct bytes key;
    uint8_t block[BLOCK_LENGTH] = {0};
    if (!take_state(host_argument(argv, 0), sizeof *inner, &inner) ||
        !take_state(host_argument(argv, 1), sizeof *outer, &outer) ||
        !take_bytes(host_argument(argv, 2), &key))
        return VALUE_EXCEPTION;
    if (key.length > BLOCK_LENGTH) {
        hash_init(inner);
        hash_update(inner, key.at, key.length);
        hash_finish(inner, block);
    } else {
        memcpy(block, key.at, key.length);
    }
    take_pad(inner, block, 0x36);
    take_pad(outer, block, 0x5c);
    wipe(block, sizeof block);
    return VALUE_UNDEFINED;
}

/* tag(current, inner, outer, tag): ends a message; (current) becomes (inner) again. */
HOST_CALL(call_tag) {
    state_t *current, *inner, *outer;
    uint8_t *tag;
    if (!take_state(host_argument(argv, 0), sizeof *current, &current) ||
        !take_state(host_argument(argv, 1), sizeof *inner, &inner) ||
        !take_state(host_argument(argv, 2), sizeof *outer, &outer) ||
        !take_exactly(host_argument(argv, 3), DIGEST_LENGTH, &tag))
        return VALUE_EXCEPTION;
    hmac_finish(current, outer, tag);
    memmove(current, inner, sizeof *current);
    return VALUE_UNDEFINED;
}

/*
 * chain(inner, outer, link, sum, count): (count) times the HMAC whose states after
 * its two keys are (inner) and (outer), of (link) into (link), each XORed onto (sum).
 */
HOST_CALL(call_chain) {
    state_t *inner, *outer, state;
    uint8_t *link, *sum;
    if (!take_state(host_argument(argv, 0), sizeof *inner, &inner) ||
        !take_state(host_argument(argv, 1), sizeof *outer, &outer) ||
        !take_exactly(host_argument(argv, 2), DIGEST_LENGTH, &link) ||
        !take_exactly(host_argument(argv, 3), DIGEST_LENGTH, &sum))
        return VALUE_EXCEPTION;
    for (u32 left = value_u32(host_argument(argv, 4)); left > 0; left--) {
        state = *inner;
        hash_update(&state, link, DIGEST_LENGTH);
        hmac_finish(&state, outer, link);
        for (u32 i = 0; i < DIGEST_LENGTH; i++)
            sum[i] ^= link[i];
    }
    wipe(&state, sizeof state);
    return VALUE_UNDEFINED;
}

static const struct host_function functions[] = {
    START,
    {"stateLength", call_state_length, 0},
    {"init", call_init, 1},
    {"update", call_update, 4},
    {"out", call_out, 2},
    {"digest", call_digest, 2},
    {"key", call_key, 3},
    {"tag", call_tag, 4},
    {"chain", call_chain, 5},
};
