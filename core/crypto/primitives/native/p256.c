/*
 * P-256 of OpenSSL: agreement and ECDSA (FIPS 186-5, 6), with nonces from BearSSL's
 * HMAC_DRBG.
 */
#define SCALAR_LENGTH 32
#define DIGEST_LENGTH 32

#include <bearssl.h>

#include "curve.h"
#include "nistz256.h"

/* The product modulo the order of a number and one in Montgomery form. */
#define ORDER_MULTIPLY ecp_nistz256_ord_mul_mont

/* 2^512 modulo the order: a product with it is a Montgomery form. */
static const number ORDER_FORM = {0x83244c95be79eea2, 0x4699799c49bd6fa6,
                                  0x2845b2392b6bec59, 0x66e12d94f3d95620};

/* Takes (a), below 2^256, modulo the order. */
static void reduce(number a) {
    number less;
    u64 is_below = words_subtract(less, a, ORDER, WORDS);
    words_select(a, less, is_below - 1, WORDS);
}

/* Takes a number; all ones when it is from 1 to the order - 1. */
static u64 take_scalar(number scalar, const uint8_t bytes[SCALAR_LENGTH]) {
    number less;
    words_load(scalar, WORDS, bytes, SCALAR_LENGTH);
    u64 is_below = words_subtract(less, scalar, ORDER, WORDS);
    return (0 - is_below) & ~words_are_zero(scalar, WORDS);
}

static bool is_scalar(const uint8_t *scalar) {
    number ignored;
    bool is_one = take_scalar(ignored, scalar);
    wipe(ignored, sizeof ignored);
    return is_one;
}

static void compute_public_key(const uint8_t *private_key, uint8_t *public_key) {
    number scalar;
    struct point point;
    struct affine affine;
    take_scalar(scalar, private_key);
    generator_multiply(&point, scalar);
    affine_of(&affine, &point);
    public_key[0] = 4;
    words_store(public_key + 1, 32, affine.x);
    words_store(public_key + 33, 32, affine.y);
    wipe(scalar, sizeof scalar);
    wipe(&point, sizeof point);
}

static bool compute_shared(const uint8_t *private_key, const uint8_t *peer,
                           uint8_t *shared) {
    number scalar;
    struct point point;
    struct affine affine;
    if (peer[0] != 4 || !affine_take(&affine, peer + 1))
        return false;
    take_scalar(scalar, private_key);
    point_multiply(&point, &affine, scalar);
    affine_of(&affine, &point);
    words_store(shared, SCALAR_LENGTH, affine.x);
    wipe(scalar, sizeof scalar);
    wipe(&point, sizeof point);
    wipe(&affine, sizeof affine);
    return true;
}

/* The leftmost bits of a digest, modulo the order. */
static void take_digest(number result, const uint8_t *digest, u32 length) {
    words_load(result, WORDS, digest, length < 32 ? length : 32);
    reduce(result);
}

/* The inverse of (a) modulo the order, in Montgomery form. */
static void order_invert(number result, const number a) {
    ORDER_MULTIPLY(result, a, ORDER_FORM);
    invert(result, result, ORDER, ORDER_MULTIPLY);
}

/* The signature (r, s) with (nonce); false when it must be another one. */
static bool sign_with(const number nonce, const number key, const number digest,
                      number r, number s) {
    struct point point;
    struct affine affine;
    number inverse, form;
    generator_multiply(&point, nonce);
    affine_of(&affine, &point);
    memcpy(r, affine.x, sizeof affine.x);
    reduce(r);

    /* s = (digest + r * key) / nonce */
    ORDER_MULTIPLY(form, r, ORDER_FORM);
    ORDER_MULTIPLY(s, form, key);
    number less;
    u64 carry = words_add(s, s, digest, WORDS);
    u64 is_below = words_subtract(less, s, ORDER, WORDS);
    words_select(s, less, 0 - (carry | (is_below ^ 1)), WORDS);
    order_invert(inverse, nonce);
    ORDER_MULTIPLY(s, s, inverse);
    wipe(&point, sizeof point);
    wipe(inverse, sizeof inverse);
    wipe(less, sizeof less);
    return !words_are_zero(r, WORDS) && !words_are_zero(s, WORDS);
}

static void compute_signature(const uint8_t *private_key, const uint8_t *digest,
                              uint8_t *signature) {
    number key, reduced, nonce, r, s;
    uint8_t bytes[2 * SCALAR_LENGTH];
    br_hmac_drbg_context generator;
    take_scalar(key, private_key);
    take_digest(reduced, digest, DIGEST_LENGTH);

    /* RFC 6979, 3.2 */
    words_store(bytes, SCALAR_LENGTH, key);
    words_store(bytes + SCALAR_LENGTH, SCALAR_LENGTH, reduced);
    br_hmac_drbg_init(&generator, &br_sha256_vtable, bytes, sizeof bytes);
    do {
        br_hmac_drbg_generate(&generator, bytes, SCALAR_LENGTH);
    } while (!take_scalar(nonce, bytes) || !sign_with(nonce, key, reduced, r, s));
    words_store(signature, SCALAR_LENGTH, r);
    words_store(signature + SCALAR_LENGTH, SCALAR_LENGTH, s);
    wipe(key, sizeof key);
    wipe(nonce, sizeof nonce);
    wipe(bytes, sizeof bytes);
    wipe(&generator, sizeof generator);
}

static bool is_signature(const uint8_t *public_key, const struct bytes *digest,
                         const uint8_t *signature) {
    struct affine affine;
    number r, s, factor, inverse;
    struct point left, right;
    if (public_key[0] != 4 || !affine_take(&affine, public_key + 1) ||
        !take_scalar(r, signature) || !take_scalar(s, signature + SCALAR_LENGTH))
        return false;
    order_invert(inverse, s);
    take_digest(factor, digest->at, digest->length);
    ORDER_MULTIPLY(factor, factor, inverse);
    generator_multiply(&left, factor);
    ORDER_MULTIPLY(factor, r, inverse);
    point_multiply(&right, &affine, factor);
    ecp_nistz256_point_add(&left, &left, &right);
    if (words_are_zero(left.z, WORDS))
        return false;
    affine_of(&affine, &left);
    reduce(affine.x);
    return memcmp(affine.x, r, sizeof r) == 0;
}

static const struct host_function functions[] = {
    START, IS_SCALAR, PUBLIC_KEY, AGREE, SIGN, VERIFY,
};

MODULE(p256, "p256", functions);
