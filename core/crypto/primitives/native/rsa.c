/* RSA of BearSSL: constant-time, so that it needs no blinding. */
#include <bearssl.h>

#include "native.h"

/* RSA_LARGEST of src/rsa.ts, and what BearSSL was compiled for. */
#define LARGEST 4096

/* raise(modulus, exponent, message): in place; false when that cannot be. */
HOST_CALL(call_raise) {
    struct bytes modulus, exponent, message;
    if (!take_bytes(host_argument(argv, 0), &modulus) ||
        !take_bytes(host_argument(argv, 1), &exponent) ||
        !take_bytes(host_argument(argv, 2), &message))
        return VALUE_EXCEPTION;
    br_rsa_public_key key = {modulus.at, modulus.length, exponent.at, exponent.length};
    return br_rsa_i62_public_get()(message.at, message.length, &key) ? VALUE_TRUE
                                                                     : VALUE_FALSE;
}

/*
 * raisePrivate(message, bits, prime1, prime2, exponent1, exponent2, coefficient):
 * in place; false when the numbers cannot be a key.
 */
HOST_CALL(call_raise_private) {
    struct bytes message, numbers[5];
    if (!take_bytes(host_argument(argv, 0), &message))
        return VALUE_EXCEPTION;
    for (u32 i = 0; i < 5; i++) {
        if (!take_bytes(host_argument(argv, 2 + i), &numbers[i]))
            return VALUE_EXCEPTION;
    }
    u32 bits = value_u32(host_argument(argv, 1));
    if (bits > LARGEST || message.length != (bits + 7) / 8)
        return host_throw("the message does not fit the RSA key");
    br_rsa_private_key key = {
        bits,
        numbers[0].at, numbers[0].length,
        numbers[1].at, numbers[1].length,
        numbers[2].at, numbers[2].length,
        numbers[3].at, numbers[3].length,
        numbers[4].at, numbers[4].length,
    };
    return br_rsa_i62_private_get()(message.at, &key) ? VALUE_TRUE : VALUE_FALSE;
}

static const struct host_function functions[] = {
    {"raise", call_raise, 3},
    {"raisePrivate", call_raise_private, 7},
};

MODULE(rsa, "rsa", functions);
