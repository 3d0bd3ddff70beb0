/* AES-CCM of BearSSL: with AES-NI, or constant-time C without it. */
#include "aes.h"

/* Takes the arguments and goes through the text; false with an exception pending. */
static bool run(u32 argv, bool encrypt, br_ccm_context *ccm,
                struct message *message) {
    keys_t *keys;
    u32 tag_length = value_u32(host_argument(argv, 7));
    if (tag_length != 8 && tag_length != 16) {
        host_throw("a tag of a wrong length");
        return false;
    }
    if (!take_keys(host_argument(argv, 0), &keys) ||
        !take_message(argv, tag_length, message))
        return false;
    keys->ctrcbc =
        choice.has_aes ? &br_aes_x86ni_ctrcbc_vtable : &br_aes_ct64_ctrcbc_vtable;
    br_ccm_init(ccm, &keys->ctrcbc);
    if (!br_ccm_reset(ccm, message->nonce, NONCE_LENGTH,
                      message->associated.length, message->length, tag_length)) {
        host_throw("the message is too long for CCM");
        return false;
    }
    br_ccm_aad_inject(ccm, message->associated.at, message->associated.length);
    br_ccm_flip(ccm);
    br_ccm_run(ccm, encrypt, message->text, message->length);
    return true;
}

/* seal(state, nonce, associated, bytes, start, end, tagStart, tagLength) */
HOST_CALL(call_seal) {
    br_ccm_context ccm;
    struct message message;
    if (!run(argv, true, &ccm, &message))
        return VALUE_EXCEPTION;
    br_ccm_get_tag(&ccm, message.tag);
    return VALUE_UNDEFINED;
}

/* open(state, nonce, associated, bytes, start, end, tagStart, tagLength) */
HOST_CALL(call_open) {
    br_ccm_context ccm;
    struct message message;
    if (!run(argv, false, &ccm, &message))
        return VALUE_EXCEPTION;
    if (br_ccm_check_tag(&ccm, message.tag))
        return VALUE_TRUE;
    memset(message.text, 0, message.length);
    return VALUE_FALSE;
}

static const struct host_function functions[] = {
    {"stateLength", call_state_length, 0},
    {"expand", call_expand, 2},
    {"seal", call_seal, 8},
    {"open", call_open, 8},
};

MODULE(aesccm, "aes-ccm", functions);
