/*
 * What JavaScript calls of a NIST curve. A file that includes this has defined
 * SCALAR_LENGTH, DIGEST_LENGTH, and the functions below, which know that lengths are
 * right. Points are uncompressed: 04 || x || y.
 */
#include "native.h"

#define PUBLIC_LENGTH (1 + 2 * SCALAR_LENGTH)

/* Whether (scalar) is from 1 to the order - 1, in constant time. */
static bool is_scalar(const uint8_t *scalar);

static void compute_public_key(const uint8_t *private_key, uint8_t *public_key);

/* False when (peer) is no point of the curve. */
static bool compute_shared(const uint8_t *private_key, const uint8_t *peer,
                           uint8_t *shared);

/* With the nonce of RFC 6979. */
static void compute_signature(const uint8_t *private_key, const uint8_t *digest,
                              uint8_t *signature);

/* Of a digest of any length. */
static bool is_signature(const uint8_t *public_key, const struct bytes *digest,
                         const uint8_t *signature);

/* isScalar(scalar) */
HOST_CALL(call_is_scalar) {
    const uint8_t *scalar;
    if (!take_exactly(host_argument(argv, 0), SCALAR_LENGTH, &scalar))
        return VALUE_EXCEPTION;
    return is_scalar(scalar) ? VALUE_TRUE : VALUE_FALSE;
}

/* Takes a private key; one that is no scalar is an exception. */
static bool take_private_key(u64 value, const uint8_t **scalar) {
    if (!take_exactly(value, SCALAR_LENGTH, scalar))
        return false;
    if (is_scalar(*scalar))
        return true;
    host_throw("a private key outside of the group");
    return false;
}

/* publicKey(privateKey, publicKey) */
HOST_CALL(call_public_key) {
    const uint8_t *private_key;
    uint8_t *public_key;
    if (!take_private_key(host_argument(argv, 0), &private_key) ||
        !take_exactly(host_argument(argv, 1), PUBLIC_LENGTH, &public_key))
        return VALUE_EXCEPTION;
    compute_public_key(private_key, public_key);
    return VALUE_UNDEFINED;
}

/* agree(privateKey, peer, shared): false when (peer) is no point of the curve. */
HOST_CALL(call_agree) {
    const uint8_t *private_key, *peer;
    uint8_t *shared;
    if (!take_private_key(host_argument(argv, 0), &private_key) ||
        !take_exactly(host_argument(argv, 1), PUBLIC_LENGTH, &peer) ||
        !take_exactly(host_argument(argv, 2), SCALAR_LENGTH, &shared))
        return VALUE_EXCEPTION;
    return compute_shared(private_key, peer, shared) ? VALUE_TRUE : VALUE_FALSE;
}

/* sign(privateKey, digest, signature) */
HOST_CALL(call_sign) {
    const uint8_t *private_key, *digest;
    uint8_t *signature;
    if (!take_private_key(host_argument(argv, 0), &private_key) ||
        !take_exactly(host_argument(argv, 1), DIGEST_LENGTH, &digest) ||
        !take_exactly(host_argument(argv, 2), 2 * SCALAR_LENGTH, &signature))
        return VALUE_EXCEPTION;
    compute_signature(private_key, digest, signature);
    return VALUE_UNDEFINED;
}

/* verify(publicKey, digest, signature) */
HOST_CALL(call_verify) {
    const uint8_t *public_key, *signature;
    struct bytes digest;
    if (!take_exactly(host_argument(argv, 0), PUBLIC_LENGTH, &public_key) ||
        !take_bytes(host_argument(argv, 1), &digest) ||
        !take_exactly(host_argument(argv, 2), 2 * SCALAR_LENGTH, &signature))
        return VALUE_EXCEPTION;
    return is_signature(public_key, &digest, signature) ? VALUE_TRUE : VALUE_FALSE;
}

/* In a table of host functions. */
#define IS_SCALAR {"isScalar", call_is_scalar, 1}
#define PUBLIC_KEY {"publicKey", call_public_key, 2}
#define AGREE {"agree", call_agree, 3}
#define SIGN {"sign", call_sign, 3}
#define VERIFY {"verify", call_verify, 3}
