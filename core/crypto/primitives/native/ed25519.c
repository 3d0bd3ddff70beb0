/* Ed25519 of libsodium. */
#include <sodium/crypto_sign_ed25519.h>

#include "libsodium.h"

#define SEED_LENGTH 32
#define PUBLIC_LENGTH 32
#define SIGNATURE_LENGTH 64

/* publicKey(seed, publicKey) */
HOST_CALL(call_public_key) {
    const uint8_t *seed;
    uint8_t *public_key, secret[crypto_sign_ed25519_SECRETKEYBYTES];
    if (!take_exactly(host_argument(argv, 0), SEED_LENGTH, &seed) ||
        !take_exactly(host_argument(argv, 1), PUBLIC_LENGTH, &public_key))
        return VALUE_EXCEPTION;
    crypto_sign_ed25519_seed_keypair(public_key, secret, seed);
    sodium_memzero(secret, sizeof secret);
    return VALUE_UNDEFINED;
}

/* sign(seed, message, signature) */
HOST_CALL(call_sign) {
    const uint8_t *seed;
    struct bytes message;
    uint8_t *signature, public_key[PUBLIC_LENGTH];
    uint8_t secret[crypto_sign_ed25519_SECRETKEYBYTES];
    if (!take_exactly(host_argument(argv, 0), SEED_LENGTH, &seed) ||
        !take_bytes(host_argument(argv, 1), &message) ||
        !take_exactly(host_argument(argv, 2), SIGNATURE_LENGTH, &signature))
        return VALUE_EXCEPTION;
    crypto_sign_ed25519_seed_keypair(public_key, secret, seed);
    crypto_sign_ed25519_detached(signature, NULL, message.at, message.length, secret);
    sodium_memzero(secret, sizeof secret);
    return VALUE_UNDEFINED;
}

/* verify(publicKey, message, signature) */
HOST_CALL(call_verify) {
    const uint8_t *public_key, *signature;
    struct bytes message;
    if (!take_exactly(host_argument(argv, 0), PUBLIC_LENGTH, &public_key) ||
        !take_bytes(host_argument(argv, 1), &message) ||
        !take_exactly(host_argument(argv, 2), SIGNATURE_LENGTH, &signature))
        return VALUE_EXCEPTION;
    return crypto_sign_ed25519_verify_detached(signature, message.at, message.length,
                                               public_key) == 0
               ? VALUE_TRUE
               : VALUE_FALSE;
}

static const struct host_function functions[] = {
    {"publicKey", call_public_key, 2},
    {"sign", call_sign, 3},
    {"verify", call_verify, 3},
};

MODULE(ed25519, "ed25519", functions);
