/*
 * Runs of TLS 1.3 records (RFC 8446, 5.2 and 5.3; src/records.ts), for ciphers with
 * tags of 16 bytes. Whoever includes this names the type of its keys, record_key, before
 * and defines these four.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "aead.h"

/* Takes what JavaScript has as the state; false with an exception pending. */
static bool take_record_key(u64 value, record_key **key);
static void seal_message(record_key *key, const struct message *message);
static bool open_message(record_key *key, const struct message *message);
/* Undoes what open_message did to a text that is not authentic. */
static void restore_message(record_key *key, const struct message *message);

#define RECORD_HEADER 5
#define RECORD_TAG 16
#define RECORD_OVERHEAD (RECORD_HEADER + 1 + RECORD_TAG)
#define APPLICATION_DATA 23
/* What src/records.ts bounds runs by. */
#define RUN_BITS 20
#define RUN_MOST (1 << 11)

struct run {
    record_key *key;
    const uint8_t *iv;
    u64 sequence;
};

/* The arguments that both have: (state, iv, sequence). */
static bool take_run(u32 argv, struct run *run) {
    if (!take_record_key(host_argument(argv, 0), &run->key) ||
        !take_exactly(host_argument(argv, 1), NONCE_LENGTH, &run->iv))
        return false;
    double sequence = value_number(host_argument(argv, 2));
    if (sequence >= 0 && sequence < 0x1p53) {
        run->sequence = (u64)sequence;
        return true;
    }
    host_throw("no sequence number");
    return false;
}

/* The message in the record at (header); its nonce goes to (nonce). */
static struct message next_message(struct run *run, uint8_t *header, u32 length,
                                   uint8_t nonce[NONCE_LENGTH]) {
    u64 sequence = run->sequence++;
    memcpy(nonce, run->iv, NONCE_LENGTH);
    for (unsigned i = 1; i <= sizeof sequence; i++, sequence >>= 8)
        nonce[NONCE_LENGTH - i] ^= (uint8_t)sequence;
    return (struct message){
        .nonce = nonce,
        .associated = {header, RECORD_HEADER},
        .text = header + RECORD_HEADER,
        .tag = header + RECORD_HEADER + length,
        .length = length,
    };
}

/* Bytes of content and type in the record at (header); 0 when it is none for a run. */
static u32 inner_length(const uint8_t *header, u32 left, u32 longest) {
    if (left < RECORD_OVERHEAD + 1 || header[0] != APPLICATION_DATA)
        return 0;
    u32 length = (u32)header[3] << 8 | header[4];
    bool fits = length >= RECORD_TAG + 2 && length <= left - RECORD_HEADER &&
                length - RECORD_TAG <= longest;
    return fits ? length - RECORD_TAG : 0;
}

/* openRun(state, iv, sequence, bytes, innerLongest) */
HOST_CALL(call_open_run) {
    struct run run;
    struct bytes bytes;
    if (!take_run(argv, &run) || !take_bytes(host_argument(argv, 3), &bytes))
        return VALUE_EXCEPTION;
    u32 longest = value_u32(host_argument(argv, 4));
    u32 most = bytes.length < 1 << RUN_BITS ? bytes.length : (1 << RUN_BITS) - 1;
    u32 taken = 0, records = 0;
    uint8_t *content = bytes.at + RECORD_HEADER;
    uint8_t nonce[NONCE_LENGTH];
    while (records < RUN_MOST - 1) {
        uint8_t *header = bytes.at + taken;
        u32 length = inner_length(header, most - taken, longest);
        if (length == 0)
            break;
        struct message message = next_message(&run, header, length, nonce);
        if (!open_message(run.key, &message)) {
            restore_message(run.key, &message);
            break;
        }
        if (message.text[length - 1] != APPLICATION_DATA) {
            seal_message(run.key, &message);
            break;
        }
        if (content != message.text)
            memmove(content, message.text, length - 1);
        content += length - 1;
        taken += RECORD_HEADER + length + RECORD_TAG;
        records++;
    }
    return value_from_int((s32)(records << RUN_BITS | taken));
}

/* sealRun(state, iv, sequence, content, longest, into) */
HOST_CALL(call_seal_run) {
    struct run run;
    struct bytes content, into;
    u32 longest = value_u32(host_argument(argv, 4));
    if (!take_run(argv, &run) || !take_bytes(host_argument(argv, 3), &content) ||
        !take_bytes(host_argument(argv, 5), &into))
        return VALUE_EXCEPTION;
    if (longest == 0 || longest > 1 << 14)
        return host_throw("no length of records");
    u64 records = ((u64)content.length + longest - 1) / longest;
    if (content.length + records * RECORD_OVERHEAD > into.length)
        return host_throw("no room for records");
    uint8_t *header = into.at;
    uint8_t nonce[NONCE_LENGTH];
    for (u32 at = 0; at < content.length; at += longest) {
        u32 length = content.length - at < longest ? content.length - at : longest;
        u32 rest = length + 1 + RECORD_TAG;
        const uint8_t start[RECORD_HEADER] = {APPLICATION_DATA, 3, 3, (uint8_t)(rest >> 8),
                                              (uint8_t)rest};
        memcpy(header, start, sizeof start);
        memmove(header + RECORD_HEADER, content.at + at, length);
        header[RECORD_HEADER + length] = APPLICATION_DATA;
        struct message message = next_message(&run, header, length + 1, nonce);
        seal_message(run.key, &message);
        header += RECORD_HEADER + rest;
    }
    return VALUE_UNDEFINED;
}

#endif
