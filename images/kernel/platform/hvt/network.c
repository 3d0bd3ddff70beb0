/*
 * Frames: a hypercall for each, or, for what is sent to a tender that has one, the
 * ring (solo5/hvt_ring.h), from which a thread of the tender takes frames meanwhile.
 * Reading through the ring would wait for that thread each time, so it does not.
 */
#include "platform/hvt/hvt.h"

#include <string.h>

#include "cpu/paging.h"

#define RING_SIZE 1024
#define RING_NET_WRITE 1

/* Frames that wait in the ring at most; each has a buffer of its own. */
#define WAITING 64
#define BUFFER_SIZE 2048

/* How often to look for room before a frame is dropped: about a millisecond. */
#define PATIENCE 20000

struct ring {
    /* Written by us. */
    uint32_t tail, commit_head;
    uint8_t padding[56];
    /* Written by the tender. */
    uint32_t head, commit_tail, needs_kick;
    uint8_t padding2[52];
    struct {
        uint32_t operation, handle;
        uint64_t data;
        uint32_t length, id;
        uint64_t reserved;
    } entries[RING_SIZE];
};

static volatile struct ring *ring;
static uint32_t tail;
static uint8_t buffers[WAITING][BUFFER_SIZE];

void ring_start(uint64_t physical) {
    uint64_t last = physical + sizeof *ring - 1;
    volatile char *place = paging_shared(physical);
    /* It may lie across two windows, which are given out one behind the other. */
    if (place != NULL && paging_shared(last) == place + (last - physical))
        ring = (volatile struct ring *)place;
    if (ring != NULL)
        tail = ring->tail;
}

static bool has_room(void) {
    for (int i = 0; i < PATIENCE; i++) {
        if (tail - ring->head < WAITING)
            return true;
        __builtin_ia32_pause();
    }
    return false;
}

static bool write_to_ring(unsigned handle, const void *bytes, size_t length) {
    if (!has_room())
        return false;
    uint8_t *buffer = buffers[tail % WAITING];
    memcpy(buffer, bytes, length);
    ring->entries[tail % RING_SIZE].operation = RING_NET_WRITE;
    ring->entries[tail % RING_SIZE].handle = handle;
    ring->entries[tail % RING_SIZE].data = (uint64_t)buffer;
    ring->entries[tail % RING_SIZE].length = (uint32_t)length;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    ring->tail = ++tail;
    /* Either the tender sees the new tail before it sleeps, or we that it sleeps. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (ring->needs_kick)
        out32(KICK_PORT, 0);
    return true;
}

bool platform_network_write(unsigned network, const void *bytes, size_t length) {
    unsigned handle = solo5_network_handle(network);
    if (ring != NULL && length <= BUFFER_SIZE)
        return write_to_ring(handle, bytes, length);
    struct {
        uint64_t handle;
        const void *bytes;
        size_t length;
        int result;
    } argument = {handle, bytes, length, OK};
    hypercall(NET_WRITE, &argument);
    return argument.result == OK;
}

size_t platform_network_read(unsigned network, void *bytes, size_t size) {
    struct {
        uint64_t handle;
        void *bytes;
        size_t length;
        int result;
    } argument = {solo5_network_handle(network), bytes, size, OK};
    hypercall(NET_READ, &argument);
    return argument.result == OK && argument.length <= size ? argument.length : 0;
}
