/*
 * The arguments that all AEADs have: (key, nonce, associated, bytes, start, end,
 * tagStart).
 */
#ifndef AEAD_H
#define AEAD_H

#include "native.h"

#define NONCE_LENGTH 12

struct message {
    const uint8_t *nonce;
    struct bytes associated;
    uint8_t *text, *tag;
    u32 length;
};

/* Takes what follows the key, with a tag of (tag_length) outside of the text. */
ONCE bool take_message(u32 argv, u32 tag_length, struct message *message) {
    struct bytes bytes;
    u64 first = host_argument(argv, 4), last = host_argument(argv, 5);
    double tag = value_number(host_argument(argv, 6));
    if (!take_exactly(host_argument(argv, 1), NONCE_LENGTH, &message->nonce) ||
        !take_bytes(host_argument(argv, 2), &message->associated) ||
        !take_bytes(host_argument(argv, 3), &bytes) ||
        !check_range(&bytes, first, last) ||
        !check_range(&bytes, host_argument(argv, 6),
                     value_from_double(tag + tag_length)))
        return false;
    u32 start = value_u32(first), end = value_u32(last);
    u32 at = value_u32(host_argument(argv, 6));
    if (at < end && at + tag_length > start && start < end) {
        host_throw("the tag lies inside of the message");
        return false;
    }
    message->text = bytes.at + start;
    message->length = end - start;
    message->tag = bytes.at + at;
    return true;
}

#endif
