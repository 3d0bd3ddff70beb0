/*
 * Hypercalls by the instruction of the processor's maker (xen/docs/guest-guide/x86/hypercall-abi.rst):
 * no page of code that Xen would have to write into.
 */
#include "xen.h"

#include <cpuid.h>
#include <string.h>

#define LEAVES 0x40000000
#define LEAVES_END 0x40010000
#define LEAVES_STEP 0x100

#define SET_PARAMETER 0
#define GET_PARAMETER 1

struct parameter {
    uint16_t domain, reserved;
    uint32_t index;
    uint64_t value;
};

static bool has_vmmcall;

static bool is_xen(void) {
    for (unsigned leaf = LEAVES; leaf < LEAVES_END; leaf += LEAVES_STEP) {
        unsigned a, b, c, d;
        __cpuid(leaf, a, b, c, d);
        unsigned signature[] = {b, c, d};
        if (memcmp(signature, "XenVMMXenVMM", sizeof signature) == 0)
            return true;
    }
    return false;
}

void hypercall_start(void) {
    unsigned a, b, c, d;
    if (!is_xen())
        panic(STATUS_UNAVAILABLE, "this image is for Xen");
    __cpuid(0, a, b, c, d);
    unsigned maker[] = {b, d, c};
    has_vmmcall = memcmp(maker, "AuthenticAMD", sizeof maker) == 0 ||
                  memcmp(maker, "HygonGenuine", sizeof maker) == 0;
}

long hypercall(unsigned number, uint64_t a, uint64_t b, uint64_t c) {
    long result = (long)number;
    if (has_vmmcall)
        __asm__ volatile("vmmcall" : "+a"(result), "+D"(a), "+S"(b), "+d"(c)::"memory");
    else
        __asm__ volatile("vmcall" : "+a"(result), "+D"(a), "+S"(b), "+d"(c)::"memory");
    return result;
}

uint64_t hvm_parameter(uint32_t index) {
    struct parameter parameter = {DOMID_SELF, 0, index, 0};
    long result = hypercall(HVM_OP, GET_PARAMETER, (uint64_t)&parameter, 0);
    return result == 0 ? parameter.value : 0;
}

void hvm_set_parameter(uint32_t index, uint64_t value) {
    struct parameter parameter = {DOMID_SELF, 0, index, value};
    hypercall(HVM_OP, SET_PARAMETER, (uint64_t)&parameter, 0);
}
