/* AES-GCM of BearSSL: with AES-NI and PCLMULQDQ, or constant-time C without them. */
#include "aes.h"

typedef keys_t record_key;
#include "records.h"

#define TAG_LENGTH 16

static bool take_record_key(u64 value, keys_t **keys) {
    return take_keys(value, keys);
}

/* Goes through the text; the tag can be asked for then. */
static void run_message(br_gcm_context *gcm, keys_t *keys,
                        const struct message *message, bool encrypt) {
    keys->ctr = choice.has_aes ? &br_aes_x86ni_ctr_vtable : &br_aes_ct64_ctr_vtable;
    br_gcm_init(gcm, &keys->ctr, choice.ghash);
    br_gcm_reset(gcm, message->nonce, NONCE_LENGTH);
    br_gcm_aad_inject(gcm, message->associated.at, message->associated.length);
    br_gcm_flip(gcm);
    br_gcm_run(gcm, encrypt, message->text, message->length);
}

static void seal_message(keys_t *keys, const struct message *message) {
    br_gcm_context gcm;
    run_message(&gcm, keys, message, true);
    br_gcm_get_tag(&gcm, message->tag);
}

static bool open_message(keys_t *keys, const struct message *message) {
    br_gcm_context gcm;
    run_message(&gcm, keys, message, false);
    return br_gcm_check_tag(&gcm, message->tag);
}

static void restore_message(keys_t *keys, const struct message *message) {
    br_gcm_context gcm;
    run_message(&gcm, keys, message, true);
}

/* seal(state, nonce, associated, bytes, start, end, tagStart) */
HOST_CALL(call_seal) {
    keys_t *keys;
    struct message message;
    if (!take_keys(host_argument(argv, 0), &keys) ||
        !take_message(argv, TAG_LENGTH, &message))
        return VALUE_EXCEPTION;
    seal_message(keys, &message);
    return VALUE_UNDEFINED;
}

/* open(state, nonce, associated, bytes, start, end, tagStart) */
HOST_CALL(call_open) {
    keys_t *keys;
    struct message message;
    if (!take_keys(host_argument(argv, 0), &keys) ||
        !take_message(argv, TAG_LENGTH, &message))
        return VALUE_EXCEPTION;
    if (open_message(keys, &message))
        return VALUE_TRUE;
    memset(message.text, 0, message.length);
    return VALUE_FALSE;
}

static const struct host_function functions[] = {
    {"stateLength", call_state_length, 0},
    {"expand", call_expand, 2},
    {"seal", call_seal, 7},
    {"open", call_open, 7},
    {"openRun", call_open_run, 5},
    {"sealRun", call_seal_run, 6},
};

MODULE(aesgcm, "aes-gcm", functions);
