/* RSA over OpenSSL's assembly: constant-time, so that it needs no blinding. */
#include "montgomery.h"

/*
 * RSA_LARGEST of src/rsa.ts in bytes; and of a prime, should one be larger than the
 * other.
 */
#define LARGEST 512
#define PRIME_LARGEST 320
#define PRIME_WORDS (PRIME_LARGEST / 8)

/* raise(modulus, exponent, message): in place; false when that cannot be. */
HOST_CALL(call_raise) {
    struct bytes modulus, exponent, message;
    struct modulus m;
    u64 base[WORDS_LARGEST], result[WORDS_LARGEST], power;
    if (!take_bytes(host_argument(argv, 0), &modulus) ||
        !take_bytes(host_argument(argv, 1), &exponent) ||
        !take_bytes(host_argument(argv, 2), &message))
        return VALUE_EXCEPTION;
    if (modulus.length == 0 || modulus.length > LARGEST || exponent.length > 4 ||
        message.length != modulus.length)
        return host_throw("an RSA key of a wrong size");
    words_load(&power, 1, exponent.at, exponent.length);
    if (power < 3 || power % 2 == 0)
        return host_throw("an RSA exponent that cannot be");
    if (!modulus_init(&m, &modulus, words_for(modulus.length)))
        return VALUE_FALSE;
    words_load(base, m.count, message.at, message.length);
    if (!words_subtract(result, base, m.words, m.count))
        return VALUE_FALSE;
    power_public(result, base, (u32)power, &m);
    words_store(message.at, message.length, result);
    return VALUE_TRUE;
}

/* What is secret during raisePrivate, to be wiped at once. */
struct work {
    struct modulus prime1, prime2;
    u64 message[2 * PRIME_WORDS], product[2 * PRIME_WORDS];
    u64 base[PRIME_WORDS], number[PRIME_WORDS];
    u64 power1[PRIME_WORDS], power2[PRIME_WORDS];
    _Alignas(64) u64 table[DIGITS * PRIME_WORDS];
};

/*
 * The message, of up to twice the words of a prime, to (exponent) modulo the prime, in
 * Montgomery form.
 */
static void raise_modulo(u64 *power, const struct bytes *exponent,
                         const struct modulus *m, struct work *work) {
    u64 *base = work->base, *number = work->number;
    multiply(number, work->message + m->count, m->form, m);
    multiply(number, number, m->form, m);
    multiply(base, work->message, m->form, m);
    add_modulo(base, base, number, m);
    words_load(number, m->count, exponent->at, exponent->length);
    power_secret(power, base, number, work->table, m);
}

/* (product), of twice (count) words, becomes (a) times (b). */
static void multiply_whole(u64 *product, const u64 *a, const u64 *b, u32 count) {
    memset(product, 0, 16 * count);
    for (u32 i = 0; i < count; i++) {
        u64 carry = 0;
        for (u32 j = 0; j < count; j++) {
            u128 word = (u128)a[i] * b[j] + product[i + j] + carry;
            product[i + j] = (u64)word;
            carry = (u64)(word >> 64);
        }
        product[i + count] = carry;
    }
}

/* RFC 8017, 5.1.2, 2 (b), for two primes. */
static void raise_private(const struct bytes *message, const struct bytes *exponent1,
                          const struct bytes *exponent2,
                          const struct bytes *coefficient, struct work *work) {
    const struct modulus *p = &work->prime1, *q = &work->prime2;
    u32 count = p->count;
    words_load(work->message, 2 * count, message->at, message->length);
    raise_modulo(work->power1, exponent1, p, work);
    raise_modulo(work->power2, exponent2, q, work);

    u64 *difference = work->power1, *second = work->power2, *number = work->number;
    memset(number, 0, 8 * count);
    number[0] = 1;
    multiply(second, second, number, q);
    multiply(number, second, p->form, p);
    subtract_modulo(difference, difference, number, p);
    words_load(number, count, coefficient->at, coefficient->length);
    multiply(number, difference, number, p);
    multiply_whole(work->product, q->words, number, count);
    memset(work->message, 0, 16 * count);
    memcpy(work->message, second, 8 * count);
    words_add(work->product, work->product, work->message, 2 * count);
    words_store(message->at, message->length, work->product);
}

/*
 * raisePrivate(message, prime1, prime2, exponent1, exponent2, coefficient): in place;
 * false when the numbers cannot be a key.
 */
HOST_CALL(call_raise_private) {
    struct bytes message, numbers[5];
    struct work work;
    if (!take_bytes(host_argument(argv, 0), &message))
        return VALUE_EXCEPTION;
    u32 longest = 0;
    for (u32 i = 0; i < 5; i++) {
        if (!take_bytes(host_argument(argv, 1 + i), &numbers[i]))
            return VALUE_EXCEPTION;
        if (numbers[i].length > longest)
            longest = numbers[i].length;
    }
    u32 count = words_for(longest);
    if (longest == 0 || longest > PRIME_LARGEST || message.length > 16 * count)
        return VALUE_FALSE;
    bool is_key = modulus_init(&work.prime1, &numbers[0], count) &&
                  modulus_init(&work.prime2, &numbers[1], count);
    if (is_key)
        raise_private(&message, &numbers[2], &numbers[3], &numbers[4], &work);
    wipe(&work, sizeof work);
    return is_key ? VALUE_TRUE : VALUE_FALSE;
}

static const struct host_function functions[] = {
    START,
    {"raise", call_raise, 3},
    {"raisePrivate", call_raise_private, 6},
};

MODULE(rsa, "rsa", functions);
