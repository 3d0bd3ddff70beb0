/*
 * A NIST curve of BearSSL: a file that includes this has defined CURVE (its number in
 * TLS), SCALAR_LENGTH, and HASH, the class that goes with it.
 */
#include <bearssl.h>

#define DIGEST_LENGTH ((HASH.desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK)

#include "curve.h"

static bool is_scalar(const uint8_t *scalar) {
    size_t length;
    const uint8_t *order = br_ec_prime_i31.order(CURVE, &length);
    unsigned borrow = 0, any = 0;
    for (size_t i = SCALAR_LENGTH; i-- > 0;) {
        borrow = (scalar[i] - order[i] - borrow) >> 8 & 1;
        any |= scalar[i];
    }
    return borrow & (any != 0);
}

static void compute_public_key(const uint8_t *private_key, uint8_t *public_key) {
    br_ec_prime_i31.mulgen(public_key, private_key, SCALAR_LENGTH, CURVE);
}

static bool compute_shared(const uint8_t *private_key, const uint8_t *peer,
                           uint8_t *shared) {
    uint8_t point[PUBLIC_LENGTH];
    memcpy(point, peer, sizeof point);
    if (!br_ec_prime_i31.mul(point, sizeof point, private_key, SCALAR_LENGTH, CURVE))
        return false;
    memcpy(shared, point + 1, SCALAR_LENGTH);
    wipe(point, sizeof point);
    return true;
}

static void compute_signature(const uint8_t *private_key, const uint8_t *digest,
                              uint8_t *signature) {
    br_ec_private_key key = {CURVE, (unsigned char *)private_key, SCALAR_LENGTH};
    br_ecdsa_i31_sign_raw(&br_ec_prime_i31, &HASH, digest, &key, signature);
}

static bool is_signature(const uint8_t *public_key, const struct bytes *digest,
                         const uint8_t *signature) {
    br_ec_public_key key = {CURVE, (unsigned char *)public_key, PUBLIC_LENGTH};
    return br_ecdsa_i31_vrfy_raw(&br_ec_prime_i31, digest->at, digest->length, &key,
                                 signature, 2 * SCALAR_LENGTH);
}

static const struct host_function functions[] = {
    IS_SCALAR, PUBLIC_KEY, AGREE, SIGN, VERIFY,
};
