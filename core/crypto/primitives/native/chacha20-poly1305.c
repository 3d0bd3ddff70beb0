/* ChaCha20-Poly1305 of libsodium: with AVX2, SSSE3 or neither. */
#include <sodium/crypto_aead_chacha20poly1305.h>

#include "aead.h"
#include "libsodium.h"

#define KEY_LENGTH 32
#define TAG_LENGTH 16

int _crypto_stream_chacha20_pick_best_implementation(void);
int _crypto_onetimeauth_poly1305_pick_best_implementation(void);

/* start(): chooses by CPUID; to be called first. */
HOST_CALL(call_start) {
    _sodium_runtime_get_cpu_features();
    _crypto_stream_chacha20_pick_best_implementation();
    _crypto_onetimeauth_poly1305_pick_best_implementation();
    return VALUE_UNDEFINED;
}

/* seal(key, nonce, associated, bytes, start, end, tagStart) */
HOST_CALL(call_seal) {
    const uint8_t *key;
    struct message message;
    if (!take_exactly(host_argument(argv, 0), KEY_LENGTH, &key) ||
        !take_message(argv, TAG_LENGTH, &message))
        return VALUE_EXCEPTION;
    crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        message.text, message.tag, NULL, message.text, message.length,
        message.associated.at, message.associated.length, NULL, message.nonce, key);
    return VALUE_UNDEFINED;
}

/* open(key, nonce, associated, bytes, start, end, tagStart) */
HOST_CALL(call_open) {
    const uint8_t *key;
    struct message message;
    if (!take_exactly(host_argument(argv, 0), KEY_LENGTH, &key) ||
        !take_message(argv, TAG_LENGTH, &message))
        return VALUE_EXCEPTION;
    if (crypto_aead_chacha20poly1305_ietf_decrypt_detached(
            message.text, NULL, message.text, message.length, message.tag,
            message.associated.at, message.associated.length, message.nonce, key) == 0)
        return VALUE_TRUE;
    memset(message.text, 0, message.length);
    return VALUE_FALSE;
}

static const struct host_function functions[] = {
    {"start", call_start, 0},
    {"seal", call_seal, 7},
    {"open", call_open, 7},
};

MODULE(chacha20poly1305, "chacha20-poly1305", functions);
