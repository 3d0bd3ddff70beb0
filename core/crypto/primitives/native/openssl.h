/*
 * The assembly in OpenSSL's libcrypto.a: functions of words in memory, without state,
 * allocation or errors. OpenSSL keeps their names to itself, so another major version
 * has to be looked at first.
 */
#ifndef OPENSSL_H
#define OPENSSL_H

#include <openssl/opensslv.h>

#include "native.h"

#if OPENSSL_VERSION_MAJOR != 3
#error "libcrypto.a is not of OpenSSL 3"
#endif

/*
 * What the assembly asks of the CPU, words as of CPUID; the first is never 0 once
 * known.
 */
extern u32 OPENSSL_ia32cap_P[];
u64 OPENSSL_ia32_cpuid(u32 *capabilities);

/* libcrypto would call this before main. Weak, since each module brings one along. */
void OPENSSL_cpuid_setup(void);
__attribute__((weak)) void OPENSSL_cpuid_setup(void) {
    if (OPENSSL_ia32cap_P[0] != 0)
        return;
    u64 first = OPENSSL_ia32_cpuid(OPENSSL_ia32cap_P);
    OPENSSL_ia32cap_P[0] = (u32)first | 1 << 10;
    OPENSSL_ia32cap_P[1] = (u32)(first >> 32);
}

/* start(): asks the CPU; to be called first. */
HOST_CALL(call_start) {
    OPENSSL_cpuid_setup();
    return VALUE_UNDEFINED;
}

#define START {"start", call_start, 0}

#endif
