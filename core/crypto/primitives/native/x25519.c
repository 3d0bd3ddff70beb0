/* X25519 of libsodium: with AVX or without. */
#include <sodium/crypto_scalarmult_curve25519.h>

#include "libsodium.h"

#define LENGTH 32

int _crypto_scalarmult_curve25519_pick_best_implementation(void);

/* start(): chooses by CPUID; to be called first. */
HOST_CALL(call_start) {
    _sodium_runtime_get_cpu_features();
    _crypto_scalarmult_curve25519_pick_best_implementation();
    return VALUE_UNDEFINED;
}

/* publicKey(privateKey, publicKey) */
HOST_CALL(call_public_key) {
    const uint8_t *private_key;
    uint8_t *public_key;
    if (!take_exactly(host_argument(argv, 0), LENGTH, &private_key) ||
        !take_exactly(host_argument(argv, 1), LENGTH, &public_key))
        return VALUE_EXCEPTION;
    crypto_scalarmult_curve25519_base(public_key, private_key);
    return VALUE_UNDEFINED;
}

/* agree(privateKey, peer, shared): false when the secret would be all zeros. */
HOST_CALL(call_agree) {
    const uint8_t *private_key, *peer;
    uint8_t *shared;
    if (!take_exactly(host_argument(argv, 0), LENGTH, &private_key) ||
        !take_exactly(host_argument(argv, 1), LENGTH, &peer) ||
        !take_exactly(host_argument(argv, 2), LENGTH, &shared))
        return VALUE_EXCEPTION;
    return crypto_scalarmult_curve25519(shared, private_key, peer) == 0
               ? VALUE_TRUE
               : VALUE_FALSE;
}

static const struct host_function functions[] = {
    {"start", call_start, 0},
    {"publicKey", call_public_key, 2},
    {"agree", call_agree, 3},
};

MODULE(x25519, "x25519", functions);
