/* The ring for frames that are sent (solo5: include/hvt_ring.h), and the thread that empties it. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "hvt.h"

#define ENTRIES 1024
#define WRITE 1
#define LARGEST_FRAME 65550

/* How often the thread looks for frames before it sleeps. */
#define PATIENCE 4096

struct ring {
    volatile uint32_t tail, commit_head;
    uint8_t padding[56];
    volatile uint32_t head, commit_tail, needs_kick;
    uint8_t padding2[52];
    struct {
        uint32_t operation, handle;
        uint64_t data;
        uint32_t length, id;
        uint64_t reserved;
    } entries[ENTRIES];
    struct {
        uint32_t id, result, length, reserved;
    } commits[ENTRIES];
};
_Static_assert(sizeof(struct ring) == 49280, "as Solo5 has it");

static struct ring *ring;
static int kicks;

uint64_t ring_size(void) {
    return sizeof *ring;
}

static void send_one(uint32_t index) {
    uint32_t handle = ring->entries[index].handle, length = ring->entries[index].length;
    if (ring->entries[index].operation != WRITE)
        die("entry %u of the ring asks for operation %u", index, ring->entries[index].operation);
    if (handle == 0 || handle >= guest.manifest.count ||
        guest.manifest.entries[handle].type != NETWORK)
        die("entry %u of the ring is for the handle %u", index, handle);
    if (length == 0 || length > LARGEST_FRAME)
        die("entry %u of the ring has %u bytes", index, length);
    const void *data = guest_range(ring->entries[index].data, length, false);
    if (write((int)guest.manifest.entries[handle].descriptor, data, length) < 0 && errno != EAGAIN &&
        errno != EIO)
        die("a frame of %u bytes: %s", length, strerror(errno));
}

static void send_all(void) {
    uint32_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
    if (tail - ring->head > ENTRIES)
        die("the ring's tail is %u entries from its head", tail - ring->head);
    while (ring->head != tail) {
        send_one(ring->head % ENTRIES);
        __atomic_store_n(&ring->head, ring->head + 1, __ATOMIC_RELEASE);
    }
}

static void sleep_until_kick(void) {
    ring->needs_kick = 1;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    uint64_t count;
    if (ring->head == ring->tail && read(kicks, &count, sizeof count) < 0)
        die("eventfd: %s", strerror(errno));
    ring->needs_kick = 0;
}

static void *run(void *unused) {
    for (;;) {
        for (int i = 0; i < PATIENCE && ring->head == ring->tail; i++)
            __builtin_ia32_pause();
        if (ring->head == ring->tail)
            sleep_until_kick();
        send_all();
    }
    return unused;
}

void ring_start(uint64_t address) {
    pthread_t thread;
    ring = guest_range(address, sizeof *ring, true);
    kicks = eventfd(0, EFD_CLOEXEC);
    if (kicks < 0 || pthread_create(&thread, NULL, run, NULL) != 0)
        die("no thread for the ring");
}

void ring_kick(void) {
    uint64_t one = 1;
    if (write(kicks, &one, sizeof one) < 0)
        die("eventfd: %s", strerror(errno));
}
