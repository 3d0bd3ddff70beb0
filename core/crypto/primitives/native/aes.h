/* Expanded AES keys, with AES-NI or for constant-time C without it. */
#ifndef AES_H
#define AES_H

#include <bearssl.h>
#include <stddef.h>

#include "aead.h"

/* CTR and CTR with CBC-MAC expand keys alike, and differ in the class alone. */
typedef union {
    const br_block_ctr_class *ctr;
    const br_block_ctrcbc_class *ctrcbc;
    br_aes_x86ni_ctr_keys x86ni;
    br_aes_ct64_ctr_keys ct64;
} keys_t;

_Static_assert(offsetof(keys_t, x86ni.num_rounds) == offsetof(keys_t, ct64.num_rounds),
               "both kinds of keys have the rounds in one place");
_Static_assert(sizeof(keys_t) == sizeof(br_aes_x86ni_ctrcbc_keys) &&
                   sizeof(keys_t) == sizeof(br_aes_ct64_ctrcbc_keys),
               "keys for both modes are alike");

/* Takes keys from JavaScript: their pointer is still to be set. */
static inline bool take_keys(u64 value, keys_t **keys) {
    if (!take_state(value, sizeof **keys, keys))
        return false;
    /* FIPS 197, 5: 128 and 256 bits. Another number would lead out of the keys. */
    unsigned rounds = (*keys)->x86ni.num_rounds;
    if (rounds == 10 || rounds == 14)
        return true;
    host_throw("this is no expanded key");
    return false;
}

/* What the CPU has. CPUID leaves a virtual machine, so it is asked once. */
static struct {
    bool has_aes;
    br_ghash ghash;
} choice;

/* stateLength(): to be called first. */
HOST_CALL(call_state_length) {
    choice.has_aes = br_aes_x86ni_ctr_get_vtable() != NULL;
    choice.ghash = br_ghash_pclmul_get();
    if (choice.ghash == 0)
        choice.ghash = br_ghash_ctmul64;
    return value_from_int(sizeof(keys_t));
}

/* expand(state, key) */
HOST_CALL(call_expand) {
    keys_t *keys;
    struct bytes key;
    if (!take_state(host_argument(argv, 0), sizeof *keys, &keys) ||
        !take_bytes(host_argument(argv, 1), &key))
        return VALUE_EXCEPTION;
    if (key.length != 16 && key.length != 32)
        return host_throw("a key of a wrong length");
    const br_block_ctr_class *class = choice.has_aes ? &br_aes_x86ni_ctr_vtable
                                                     : &br_aes_ct64_ctr_vtable;
    class->init(&keys->ctr, key.at, key.length);
    return VALUE_UNDEFINED;
}

#endif
