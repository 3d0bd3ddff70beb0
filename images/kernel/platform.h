/*
 * What a platform gives to the common kernel, and what it gets from it.
 *
 * The image is linked at 1 MiB. The native stack lies between STACK_BOTTOM and
 * LINEAR_MEMORY_BASE (8 MiB), linear memory from LINEAR_MEMORY_BASE on. The
 * page below the stack, and all of the 8 GiB + 64 KiB from LINEAR_MEMORY_BASE
 * that is not committed, must be unmapped: the engine checks no address.
 *
 * A platform enters with interrupts off or harmless, SSE enabled and its control
 * register as after a reset (no exceptions, round to nearest), the stack
 * pointer at LINEAR_MEMORY_BASE, the FS base at `kernel_tls` with a random
 * number in `kernel_tls.canary`, and calls kernel_main.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"

#define GUARD_SPACE ((8ull << 30) + 65536)

/* Given by the platform. */

/* What `host.platform` says. */
extern const char platform_name[];

/* The boot arguments: one text, or several, each ended by NUL. */
const char *platform_arguments(size_t *length);

/* Writes (length) bytes of UTF-8 to the console; blocks, never fails. */
void platform_write(const char *text, size_t length);

/* Nanoseconds since about the start; never goes backwards. */
uint64_t platform_monotonic(void);

/* Nanoseconds since 1970-01-01 UTC. */
uint64_t platform_wall(void);

/*
 * Returns when a device may have something, or at (deadline), in the time of
 * platform_monotonic; UINT64_MAX is never. May return early.
 */
void platform_wait(uint64_t deadline);

/*
 * Fills (seed) with (size) unpredictable bytes of the platform's own source, on
 * top of what the CPU gives. Answers false where the platform has none.
 */
bool platform_entropy(void *seed, size_t size);

/* The most bytes that linear memory may have: a multiple of 64 KiB. */
uint64_t platform_memory_limit(void);

/*
 * Makes linear memory from byte (from) to (to) usable, as zeros. Both are
 * multiples of 64 KiB, (to) at most the limit. Answers false when the platform
 * has no more memory.
 */
bool platform_memory_commit(uint64_t from, uint64_t to);

/* Ends the program with (status), 0 to 255. */
_Noreturn void platform_halt(int status);

/*
 * Network devices, for network.c: only from platforms that move frames themselves.
 * Their handles are the numbers below platform_network_count().
 */
struct network_device {
    const char *name;
    uint64_t mac; /* its first byte in bits 40 to 47 */
    uint32_t mtu;
    /*
     * What may be left to the device: with any of these, a header in front of each
     * frame, struct virtio_net_hdr_mrg_rxbuf, says what; without, there is none.
     */
    uint32_t offloads;
};
#define OFFLOAD_CHECKSUM 1
#define OFFLOAD_SEGMENTATION 2

unsigned platform_network_count(void);
const struct network_device *platform_network(unsigned handle);

/* Reads one frame of at most (size) bytes; answers its length, 0 when there is none. */
size_t platform_network_read(unsigned handle, void *bytes, size_t size);

/* Answers false when the device did not take the frame. */
bool platform_network_write(unsigned handle, const void *bytes, size_t length);

/*
 * Block devices, for block.c, likewise. Reads and writes are whole blocks within
 * the device, never writes to one that is read-only; they answer false when the
 * device failed.
 */
struct block_device {
    const char *name;
    uint32_t block_size; /* bytes, a power of two */
    uint64_t block_count;
    bool is_read_only;
    bool is_durable; /* a flush, and what is persisted, survives a power cut */
};

unsigned platform_block_count(void);
const struct block_device *platform_block(unsigned handle);
bool platform_block_read(unsigned handle, uint64_t block, void *bytes, size_t size);
bool platform_block_write(unsigned handle, uint64_t block, const void *bytes,
                          size_t size);
/* Writes; these blocks are as safe when it returns as if a flush had followed. */
bool platform_block_persist(unsigned handle, uint64_t block, const void *bytes,
                            size_t size);
bool platform_block_flush(unsigned handle);

/* Given by the common kernel. */

/* What the FS base points to; the compiler knows where the canary is. */
struct kernel_tls {
    char reserved[0x28];
    uint64_t canary;
};
extern struct kernel_tls kernel_tls;

_Noreturn void kernel_main(void);

/* Goes on with (next) on the kernel's own stack, for good. */
static inline _Noreturn void kernel_stack(void (*next)(void)) {
    __asm__ volatile("mov %0, %%rsp\n\txor %%ebp, %%ebp\n\tcall *%1" ::"i"(
                         LINEAR_MEMORY_BASE),
                     "r"(next));
    __builtin_unreachable();
}

/*
 * Reports a fault and halts with STATUS_TRAP: (what) happened at the
 * instruction (pc); (address) is what it accessed, or NULL where that has no
 * meaning. Must be called on a stack of its own. A fault inside the report
 * halts without further words.
 */
_Noreturn void kernel_fault(const char *what, uint64_t pc,
                            const uint64_t *address);

#endif
