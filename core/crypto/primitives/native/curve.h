/*
 * A NIST curve of BearSSL: a file that includes this has defined IMPLEMENTATION,
 * CURVE (its number in TLS), SCALAR_LENGTH, and HASH, the class that goes with it.
 * Points are uncompressed: 04 || x || y.
 */
#include <bearssl.h>

#include "native.h"

#define PUBLIC_LENGTH (1 + 2 * SCALAR_LENGTH)
#define DIGEST_LENGTH ((HASH.desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK)

/* Whether (scalar) is from 1 to the order - 1, in constant time. */
static bool is_scalar(const uint8_t *scalar) {
    size_t length;
    const uint8_t *order = IMPLEMENTATION.order(CURVE, &length);
    unsigned borrow = 0, any = 0;
    for (size_t i = SCALAR_LENGTH; i-- > 0;) {
        borrow = (scalar[i] - order[i] - borrow) >> 8 & 1;
        any |= scalar[i];
    }
    return borrow & (any != 0);
}

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
    IMPLEMENTATION.mulgen(public_key, private_key, SCALAR_LENGTH, CURVE);
    return VALUE_UNDEFINED;
}

/* agree(privateKey, peer, shared): false when (peer) is no point of the curve. */
HOST_CALL(call_agree) {
    const uint8_t *private_key, *peer;
    uint8_t *shared, point[PUBLIC_LENGTH];
    if (!take_private_key(host_argument(argv, 0), &private_key) ||
        !take_exactly(host_argument(argv, 1), PUBLIC_LENGTH, &peer) ||
        !take_exactly(host_argument(argv, 2), SCALAR_LENGTH, &shared))
        return VALUE_EXCEPTION;
    memcpy(point, peer, sizeof point);
    if (!IMPLEMENTATION.mul(point, sizeof point, private_key, SCALAR_LENGTH, CURVE))
        return VALUE_FALSE;
    memcpy(shared, point + 1, SCALAR_LENGTH);
    memset(point, 0, sizeof point);
    __asm__ volatile("" : : "r"(point) : "memory");
    return VALUE_TRUE;
}

/* sign(privateKey, digest, signature) */
HOST_CALL(call_sign) {
    const uint8_t *private_key, *digest;
    uint8_t *signature;
    if (!take_private_key(host_argument(argv, 0), &private_key) ||
        !take_exactly(host_argument(argv, 1), DIGEST_LENGTH, &digest) ||
        !take_exactly(host_argument(argv, 2), 2 * SCALAR_LENGTH, &signature))
        return VALUE_EXCEPTION;
    br_ec_private_key key = {CURVE, (unsigned char *)private_key, SCALAR_LENGTH};
    br_ecdsa_i31_sign_raw(&IMPLEMENTATION, &HASH, digest, &key, signature);
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
    br_ec_public_key key = {CURVE, (unsigned char *)public_key, PUBLIC_LENGTH};
    return br_ecdsa_i31_vrfy_raw(&IMPLEMENTATION, digest.at, digest.length, &key,
                                 signature, 2 * SCALAR_LENGTH)
               ? VALUE_TRUE
               : VALUE_FALSE;
}

static const struct host_function functions[] = {
    {"isScalar", call_is_scalar, 1},
    {"publicKey", call_public_key, 2},
    {"agree", call_agree, 3},
    {"sign", call_sign, 3},
    {"verify", call_verify, 3},
};
