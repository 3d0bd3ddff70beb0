/*
 * X25519 of libsodium with AVX, of BearSSL without. libsodium has another for every CPU,
 * which brings all of Ed25519 along.
 */
#include <bearssl.h>
#include <sodium/runtime.h>

#include "libsodium.h"

#define LENGTH 32

/* libsodium's own table of what a CPU with AVX does it with. */
extern const struct {
    int (*multiply)(uint8_t *product, const uint8_t *scalar, const uint8_t *point);
    int (*multiply_base)(uint8_t *product, const uint8_t *scalar);
} crypto_scalarmult_curve25519_sandy2x_implementation;

/* start(): asks the CPU; to be called first. */
HOST_CALL(call_start) {
    _sodium_runtime_get_cpu_features();
    return VALUE_UNDEFINED;
}

/* RFC 7748, 5. */
static void multiply(uint8_t *product, const uint8_t *scalar, const uint8_t *point) {
    if (sodium_runtime_has_avx()) {
        crypto_scalarmult_curve25519_sandy2x_implementation.multiply(product, scalar,
                                                                     point);
        return;
    }
    uint8_t multiple[LENGTH];
    memcpy(multiple, point, LENGTH);
    br_ec_c25519_m31.mul(multiple, LENGTH, scalar, LENGTH, BR_EC_curve25519);
    memcpy(product, multiple, LENGTH);
    wipe(multiple, LENGTH);
}

/* publicKey(privateKey, publicKey) */
HOST_CALL(call_public_key) {
    static const uint8_t base[LENGTH] = {9};
    const uint8_t *private_key;
    uint8_t *public_key;
    if (!take_exactly(host_argument(argv, 0), LENGTH, &private_key) ||
        !take_exactly(host_argument(argv, 1), LENGTH, &public_key))
        return VALUE_EXCEPTION;
    multiply(public_key, private_key, base);
    return VALUE_UNDEFINED;
}

/* agree(privateKey, peer, shared): false when the secret would be all zeros. */
HOST_CALL(call_agree) {
    static const uint8_t zeros[LENGTH];
    const uint8_t *private_key, *peer;
    uint8_t *shared;
    if (!take_exactly(host_argument(argv, 0), LENGTH, &private_key) ||
        !take_exactly(host_argument(argv, 1), LENGTH, &peer) ||
        !take_exactly(host_argument(argv, 2), LENGTH, &shared))
        return VALUE_EXCEPTION;
    multiply(shared, private_key, peer);
    return is_same(shared, zeros, LENGTH) ? VALUE_FALSE : VALUE_TRUE;
}

static const struct host_function functions[] = {
    {"start", call_start, 0},
    {"publicKey", call_public_key, 2},
    {"agree", call_agree, 3},
};

MODULE(x25519, "x25519", functions);
