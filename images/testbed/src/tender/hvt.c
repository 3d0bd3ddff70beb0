/* The target hvt: boot information and the eight hypercalls (solo5: include/hvt_abi.h, tenders/hvt). */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "hvt.h"

#define BOOT_INFO 0x10000ull
#define FEATURE_RING 1

#define PROTECTIONS 32
#define COOKIE_SIZE 512

enum { RESULT_OK, RESULT_AGAIN, RESULT_INVALID, RESULT_UNSPECIFIED };

struct boot_info {
    uint64_t memory_size, kernel_end, tsc_frequency, command_line, manifest;
    uint32_t host_features, guest_features;
    uint64_t ring;
};

int memory_file;

/* Segments that the guest may not write, whatever its page tables say. */
static struct {
    uint64_t from, to;
} protected[PROTECTIONS];
static unsigned protected_count;

void hvt_map(void) {
    if (guest.memory_size % LARGE_PAGE != 0)
        die("the memory is no multiple of 2 MiB");
    check_free(LOWEST_MEMORY, VIRTUAL_END);
    memory_file = memfd_create("guest", MFD_CLOEXEC);
    if (memory_file < 0 || ftruncate(memory_file, (off_t)guest.memory_size) < 0)
        die("no memory for the guest: %s", strerror(errno));
    void *own = mmap(NULL, guest.memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, memory_file, 0);
    void *low = mmap((void *)LOWEST_MEMORY, LOWEST_IMAGE - LOWEST_MEMORY, PROT_READ,
                     MAP_SHARED | MAP_FIXED, memory_file, LOWEST_MEMORY);
    void *high = mmap((void *)LOWEST_IMAGE, guest.memory_size - LOWEST_IMAGE,
                      PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory_file, LOWEST_IMAGE);
    if (own == MAP_FAILED || low == MAP_FAILED || high == MAP_FAILED)
        die("no memory for the guest: %s", strerror(errno));
    guest.base = (uint64_t)own;
}

void hvt_protect(uint64_t from, uint64_t to, int protection) {
    if (mprotect((void *)from, to - from, protection) < 0)
        die("mprotect: %s", strerror(errno));
    if (protection & PROT_WRITE)
        return;
    if (protected_count == PROTECTIONS)
        die("too many segments");
    protected[protected_count].from = from;
    protected[protected_count++].to = to;
}

bool is_protected(uint64_t address, uint64_t size) {
    for (unsigned i = 0; i < protected_count; i++) {
        if (address < protected[i].to && address + size > protected[i].from)
            return true;
    }
    return false;
}

void *guest_range(uint64_t address, uint64_t size, bool is_written) {
    if (address < LOWEST_MEMORY || address > guest.memory_size ||
        size > guest.memory_size - address)
        die("0x%lx with %lu bytes is no address of the guest's memory", address, size);
    if (is_written && is_protected(address, size))
        die("0x%lx with %lu bytes may not be written", address, size);
    return guest_memory(address);
}

/* The attached device (handle) of (type); halts on any other. */
static const struct manifest_entry *device(uint64_t handle, enum device_type type) {
    if (handle == 0 || handle >= guest.manifest.count ||
        guest.manifest.entries[handle].type != type)
        die("%lu is no handle of a %s device", handle, type == BLOCK ? "block" : "network");
    return &guest.manifest.entries[handle];
}

static void get_wall_time(uint64_t address) {
    uint64_t *nanoseconds = guest_range(address, sizeof *nanoseconds, true);
    struct timespec now;
    /* The vDSO's own way may end in a system call from where none may come. */
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    *nanoseconds = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void put_text(uint64_t address) {
    const struct {
        uint64_t text, length;
    } *argument = guest_range(address, sizeof *argument, false);
    const char *text = guest_range(argument->text, argument->length, false);
    if (write(1, text, argument->length) < 0)
        die("standard output: %s", strerror(errno));
}

static void wait_for_devices(uint64_t address) {
    struct {
        uint64_t timeout, ready;
        int result;
    } *argument = guest_range(address, sizeof *argument, true);
    struct pollfd polls[MANIFEST_ENTRIES];
    uint8_t handles[MANIFEST_ENTRIES];
    unsigned count = 0;
    for (unsigned i = 1; i < guest.manifest.count; i++) {
        if (guest.manifest.entries[i].type != NETWORK)
            continue;
        handles[count] = (uint8_t)i;
        polls[count++] = (struct pollfd){(int)guest.manifest.entries[i].descriptor, POLLIN, 0};
    }
    struct timespec left = {(time_t)(argument->timeout / 1000000000),
                            (long)(argument->timeout % 1000000000)};
    int ready = ppoll(polls, count, &left, NULL);
    if (ready < 0 && errno != EINTR)
        die("ppoll: %s", strerror(errno));
    argument->ready = 0;
    for (unsigned i = 0; i < count; i++) {
        if (polls[i].revents & ~POLLIN)
            die("the device %s went away", guest.manifest.entries[handles[i]].name);
        if (polls[i].revents & POLLIN)
            argument->ready |= 1ull << handles[i];
    }
    argument->result = ready > 0 ? ready : 0;
}

struct block_argument {
    uint64_t handle, offset, data, length;
    int result;
};

/* One block, aligned, within the device: the bindings let nothing else through. */
static void move_block(uint64_t address, bool is_write) {
    struct block_argument *argument = guest_range(address, sizeof *argument, true);
    const struct manifest_entry *disk = device(argument->handle, BLOCK);
    uint64_t size = disk->block.block_size, offset = argument->offset;
    if (argument->length != size || offset % size != 0 || offset > disk->block.capacity - size)
        die("%lu bytes at %lu are no block of %s", argument->length, offset, disk->name);
    void *data = guest_range(argument->data, size, !is_write);
    ssize_t moved = is_write ? pwrite((int)disk->descriptor, data, size, (off_t)offset)
                             : pread((int)disk->descriptor, data, size, (off_t)offset);
    argument->result = moved == (ssize_t)size ? RESULT_OK : RESULT_UNSPECIFIED;
}

struct net_argument {
    uint64_t handle, data, length;
    int result;
};

static void write_frame(uint64_t address) {
    struct net_argument *argument = guest_range(address, sizeof *argument, true);
    const struct manifest_entry *network = device(argument->handle, NETWORK);
    const void *data = guest_range(argument->data, argument->length, false);
    ssize_t written = write((int)network->descriptor, data, argument->length);
    argument->result = written == (ssize_t)argument->length ? RESULT_OK : RESULT_UNSPECIFIED;
}

static void read_frame(uint64_t address) {
    struct net_argument *argument = guest_range(address, sizeof *argument, true);
    const struct manifest_entry *network = device(argument->handle, NETWORK);
    void *data = guest_range(argument->data, argument->length, true);
    ssize_t length = read((int)network->descriptor, data, argument->length);
    argument->result = length > 0                        ? RESULT_OK
                       : length == 0 || errno == EAGAIN  ? RESULT_AGAIN
                                                         : RESULT_UNSPECIFIED;
    if (length > 0)
        argument->length = (uint64_t)length;
}

static _Noreturn void halt(uint64_t address) {
    const struct {
        uint64_t cookie;
        int status;
    } *argument = guest_range(address, sizeof *argument, false);
    if (argument->cookie != 0)
        guest_range(argument->cookie, COOKIE_SIZE, false);
    _exit(argument->status & 255);
}

void hypercall(unsigned number, uint64_t argument) {
    switch (number) {
    case 1:
        get_wall_time(argument);
        break;
    case 2:
        put_text(argument);
        break;
    case 3:
        wait_for_devices(argument);
        break;
    case 4:
    case 5:
        move_block(argument, number == 4);
        break;
    case 6:
        write_frame(argument);
        break;
    case 7:
        read_frame(argument);
        break;
    default:
        halt(argument);
    }
}

_Noreturn void hvt_run(void) {
    struct boot_info info = {guest.memory_size, guest.image_end, guest.tsc_frequency, 0, 0, 0, 0, 0};
    if (guest.has_ring) {
        /* The ring takes the end of the memory away, in whole large pages. */
        info.memory_size -= (ring_size() + LARGE_PAGE - 1) & -LARGE_PAGE;
        info.host_features = FEATURE_RING;
        info.ring = info.memory_size;
        ring_start(info.ring);
    }
    write_manifest(BOOT_INFO + sizeof info, &info.manifest, &info.command_line);
    memcpy(guest_memory(BOOT_INFO), &info, sizeof info);
    apply_pokes();
    cpu_run(guest.entry, info.memory_size - 8, BOOT_INFO);
}
