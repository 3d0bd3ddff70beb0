/*
 * A hash of BearSSL: a file that includes this has defined HASH, its class. None of the
 * class's functions follows a pointer in the context.
 */
#include <bearssl.h>

#include "native.h"

typedef br_hash_compat_context context_t;

#define DIGEST_LENGTH ((HASH.desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK)

/* stateLength() */
HOST_CALL(call_state_length) {
    return value_from_int(sizeof(context_t));
}

/* init(state) */
HOST_CALL(call_init) {
    context_t *state;
    if (!take_state(host_argument(argv, 0), sizeof *state, &state))
        return VALUE_EXCEPTION;
    HASH.init(&state->vtable);
    return VALUE_UNDEFINED;
}

/* update(state, bytes, start, end) */
HOST_CALL(call_update) {
    context_t *state;
    struct bytes bytes;
    if (!take_state(host_argument(argv, 0), sizeof *state, &state) ||
        !take_bytes(host_argument(argv, 1), &bytes) ||
        !check_range(&bytes, host_argument(argv, 2), host_argument(argv, 3)))
        return VALUE_EXCEPTION;
    u32 start = value_u32(host_argument(argv, 2));
    u32 end = value_u32(host_argument(argv, 3));
    HASH.update(&state->vtable, bytes.at + start, end - start);
    return VALUE_UNDEFINED;
}

/* out(state, digest): the state stays as it is. */
HOST_CALL(call_out) {
    context_t *state;
    uint8_t *digest;
    if (!take_state(host_argument(argv, 0), sizeof *state, &state) ||
        !take_exactly(host_argument(argv, 1), DIGEST_LENGTH, &digest))
        return VALUE_EXCEPTION;
    HASH.out(&state->vtable, digest);
    return VALUE_UNDEFINED;
}

/*
 * chain(inner, outer, link, sum, count): (count) times the HMAC whose states after
 * its two keys are (inner) and (outer), of (link) into (link), each XORed onto (sum).
 */
HOST_CALL(call_chain) {
    context_t *inner, *outer, state;
    uint8_t *link, *sum;
    if (!take_state(host_argument(argv, 0), sizeof *inner, &inner) ||
        !take_state(host_argument(argv, 1), sizeof *outer, &outer) ||
        !take_exactly(host_argument(argv, 2), DIGEST_LENGTH, &link) ||
        !take_exactly(host_argument(argv, 3), DIGEST_LENGTH, &sum))
        return VALUE_EXCEPTION;
    for (u32 left = value_u32(host_argument(argv, 4)); left > 0; left--) {
        state = *inner;
        HASH.update(&state.vtable, link, DIGEST_LENGTH);
        HASH.out(&state.vtable, link);
        state = *outer;
        HASH.update(&state.vtable, link, DIGEST_LENGTH);
        HASH.out(&state.vtable, link);
        for (unsigned i = 0; i < DIGEST_LENGTH; i++)
            sum[i] ^= link[i];
    }
    return VALUE_UNDEFINED;
}

static const struct host_function functions[] = {
    {"stateLength", call_state_length, 0},
    {"init", call_init, 1},
    {"update", call_update, 4},
    {"out", call_out, 2},
    {"chain", call_chain, 5},
};
