/* What the files of the hvt platform share: the tender's hypercalls (solo5/hvt_abi.h). */
#ifndef HVT_H
#define HVT_H

#include "cpu/instructions.h"
#include "platform/solo5/solo5.h"

struct boot_info {
    uint64_t memory_size, kernel_end, tsc_frequency;
    const char *command_line;
    const struct manifest *manifest;
    /* Zeros from tenders before 0.11. */
    uint32_t host_features, guest_features;
    uint64_t ring;
};
#define FEATURE_RING 1

enum hypercall {
    WALLTIME = 1,
    PUTS,
    POLL,
    BLOCK_WRITE,
    BLOCK_READ,
    NET_WRITE,
    NET_READ,
    HALT,
};

#define HYPERCALL_PORT 0x500
#define KICK_PORT 0x600

/* What a hypercall answers. */
#define OK 0

/* The tender reads and writes (argument), whose physical address it is told. */
static inline void hypercall(enum hypercall number, void *argument) {
    out32((uint16_t)(HYPERCALL_PORT + number), (uint32_t)(uint64_t)argument);
}

/* network.c: uses the ring at (physical) for what is sent. */
void ring_start(uint64_t physical);

#endif
