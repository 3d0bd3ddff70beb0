/* AES-GCM of BearSSL: with AES-NI and PCLMULQDQ, or constant-time C without them. */
#include "aes.h"

#define TAG_LENGTH 16

/* Takes the arguments and goes through the text; false with an exception pending. */
static bool run(u32 argv, bool encrypt, br_gcm_context *gcm,
                struct message *message) {
    keys_t *keys;
    if (!take_keys(host_argument(argv, 0), &keys) ||
        !take_message(argv, TAG_LENGTH, message))
        return false;
    keys->ctr = choice.has_aes ? &br_aes_x86ni_ctr_vtable : &br_aes_ct64_ctr_vtable;
    br_gcm_init(gcm, &keys->ctr, choice.ghash);
    br_gcm_reset(gcm, message->nonce, NONCE_LENGTH);
    br_gcm_aad_inject(gcm, message->associated.at, message->associated.length);
    br_gcm_flip(gcm);
    br_gcm_run(gcm, encrypt, message->text, message->length);
    return true;
}

/* seal(state, nonce, associated, bytes, start, end, tagStart) */
HOST_CALL(call_seal) {
    br_gcm_context gcm;
    struct message message;
    if (!run(argv, true, &gcm, &message))
        return VALUE_EXCEPTION;
    br_gcm_get_tag(&gcm, message.tag);
    return VALUE_UNDEFINED;
}

/* open(state, nonce, associated, bytes, start, end, tagStart) */
HOST_CALL(call_open) {
    br_gcm_context gcm;
    struct message message;
    if (!run(argv, false, &gcm, &message))
        return VALUE_EXCEPTION;
    if (br_gcm_check_tag(&gcm, message.tag))
        return VALUE_TRUE;
    memset(message.text, 0, message.length);
    return VALUE_FALSE;
}

static const struct host_function functions[] = {
    {"stateLength", call_state_length, 0},
    {"expand", call_expand, 2},
    {"seal", call_seal, 7},
    {"open", call_open, 7},
};

MODULE(aesgcm, "aes-gcm", functions);
