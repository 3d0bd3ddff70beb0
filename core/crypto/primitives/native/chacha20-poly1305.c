/* ChaCha20-Poly1305 (RFC 8439) of OpenSSL, which has the two, but not both in one. */
#include "aead.h"
#include "openssl.h"

#define KEY_LENGTH 32
typedef uint8_t record_key[KEY_LENGTH];
#include "records.h"

#define TAG_LENGTH 16
#define BLOCK_LENGTH 64

/* Key and counter are words as in memory; (output) may be (input). */
void ChaCha20_ctr32(uint8_t *output, const uint8_t *input, size_t length,
                    const u32 key[8], const u32 counter[4]);

typedef void poly1305_blocks_t(void *state, const uint8_t *bytes, size_t length,
                               u32 bit);
typedef void poly1305_emit_t(void *state, uint8_t tag[16], const u32 nonce[4]);

/* OpenSSL's POLY1305 has as much room. The functions are those for this CPU. */
struct poly1305 {
    _Alignas(64) double state[24];
    struct {
        poly1305_blocks_t *blocks;
        poly1305_emit_t *emit;
    } functions;
};
int poly1305_init(void *state, const uint8_t key[16], void *functions);

/* Whole blocks, the last one filled up with zeros. */
static void authenticate(struct poly1305 *mac, const uint8_t *bytes, u32 length) {
    u32 whole = length & ~15u;
    if (whole > 0)
        mac->functions.blocks(mac->state, bytes, whole, 1);
    if (length > whole) {
        uint8_t last[16] = {0};
        memcpy(last, bytes + whole, length - whole);
        mac->functions.blocks(mac->state, last, sizeof last, 1);
    }
}

/* What ChaCha20 starts with: the key and, with the counter 0, the nonce. */
struct cipher {
    u32 key[8], counter[4];
};

static void cipher_init(struct cipher *cipher, const uint8_t *key,
                        const uint8_t *nonce) {
    memcpy(cipher->key, key, sizeof cipher->key);
    cipher->counter[0] = 0;
    memcpy(&cipher->counter[1], nonce, NONCE_LENGTH);
}

/* The tag of a message whose text is encrypted. */
static void compute_tag(uint8_t tag[TAG_LENGTH], struct cipher *cipher,
                        const struct message *message) {
    struct poly1305 mac;
    u32 key[BLOCK_LENGTH / 4] = {0};
    cipher->counter[0] = 0;
    ChaCha20_ctr32((uint8_t *)key, (uint8_t *)key, sizeof key, cipher->key,
                   cipher->counter);
    poly1305_init(mac.state, (uint8_t *)key, &mac.functions);
    const u64 lengths[2] = {message->associated.length, message->length};
    authenticate(&mac, message->associated.at, message->associated.length);
    authenticate(&mac, message->text, message->length);
    authenticate(&mac, (const uint8_t *)lengths, sizeof lengths);
    mac.functions.emit(mac.state, tag, &key[4]);
    wipe(&mac, sizeof mac);
    wipe(key, sizeof key);
}

static void crypt(struct cipher *cipher, const struct message *message) {
    cipher->counter[0] = 1;
    if (message->length > 0)
        ChaCha20_ctr32(message->text, message->text, message->length, cipher->key,
                       cipher->counter);
}

static bool take_record_key(u64 value, record_key **key) {
    return take_exactly(value, KEY_LENGTH, key);
}

static void seal_message(record_key *key, const struct message *message) {
    struct cipher cipher;
    cipher_init(&cipher, *key, message->nonce);
    crypt(&cipher, message);
    compute_tag(message->tag, &cipher, message);
    wipe(&cipher, sizeof cipher);
}

static bool open_message(record_key *key, const struct message *message) {
    struct cipher cipher;
    uint8_t tag[TAG_LENGTH];
    cipher_init(&cipher, *key, message->nonce);
    compute_tag(tag, &cipher, message);
    bool is_genuine = is_same(tag, message->tag, TAG_LENGTH);
    if (is_genuine)
        crypt(&cipher, message);
    wipe(&cipher, sizeof cipher);
    wipe(tag, sizeof tag);
    return is_genuine;
}

/* Nothing was done to it. */
static void restore_message(record_key *key, const struct message *message) {
    (void)key;
    (void)message;
}

/* seal(key, nonce, associated, bytes, start, end, tagStart) */
HOST_CALL(call_seal) {
    record_key *key;
    struct message message;
    if (!take_record_key(host_argument(argv, 0), &key) ||
        !take_message(argv, TAG_LENGTH, &message))
        return VALUE_EXCEPTION;
    seal_message(key, &message);
    return VALUE_UNDEFINED;
}

/* open(key, nonce, associated, bytes, start, end, tagStart) */
HOST_CALL(call_open) {
    record_key *key;
    struct message message;
    if (!take_record_key(host_argument(argv, 0), &key) ||
        !take_message(argv, TAG_LENGTH, &message))
        return VALUE_EXCEPTION;
    if (open_message(key, &message))
        return VALUE_TRUE;
    memset(message.text, 0, message.length);
    return VALUE_FALSE;
}

static const struct host_function functions[] = {
    START,
    {"seal", call_seal, 7},
    {"open", call_open, 7},
    {"openRun", call_open_run, 5},
    {"sealRun", call_seal_run, 6},
};

MODULE(chacha20poly1305, "chacha20-poly1305", functions);
