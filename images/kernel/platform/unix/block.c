/* Block devices: files and disks of Linux, which nobody else may use meanwhile. */
#include "unix.h"

#include <string.h>

#define BLOCK_SIZE 512

/*
 * Of what fstat answers, as words of 32 bits: how many of them say which file it
 * is, the mode's place, and its bits.
 */
#define STAT_WORDS 36
#define STAT_IDENTITY 4
#define STAT_MODE 6
#define S_IFMT 0170000
#define S_IFBLK 0060000
#define S_IFREG 0100000
#define ANYONE_MAY_WRITE 0222

#define SEEK_END 2

#define F_OFD_SETLK 37
#define F_RDLCK 0
#define F_WRLCK 1

static struct block {
    struct block_device device;
    int descriptor;
    int direct; /* as open_direct says, or -1 */
} blocks[DEVICES];

static unsigned count;

int block_first = -1, block_last = -2;

/* What is written past the cache of Linux must be aligned, as a disk may be. */
static uint8_t aligned[64 * 1024] __attribute__((aligned(4096)));

static _Noreturn void refuse_file(const struct device_option *option,
                                  const char *what, long error) {
    refuse(STATUS_UNAVAILABLE,
           (const char *[]){"--block:", option->name, "=", option->host, what, NULL},
           error);
}

static int open_file(const struct device_option *option, bool *is_read_only) {
    long file = system_call(SYS_OPEN, option->host, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    uint32_t stat[STAT_WORDS] = {0};
    if (file >= 0)
        system_call(SYS_FSTAT, file, stat);
    /* Root may write what nobody may, but is not meant to. */
    *is_read_only = file == -EACCES || file == -EROFS ||
                    (file >= 0 && !(stat[STAT_MODE] & ANYONE_MAY_WRITE));
    if (*is_read_only) {
        if (file >= 0)
            system_call(SYS_CLOSE, file);
        file = system_call(SYS_OPEN, option->host, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    if (file < 0)
        refuse_file(option, "", file);
    system_call(SYS_FSTAT, file, stat);
    uint32_t type = stat[STAT_MODE] & S_IFMT;
    if (type != S_IFREG && type != S_IFBLK)
        refuse_file(option, ": neither a file nor a disk", 0);
    return (int)file;
}

/*
 * Opens the (file) of (option) once more: a write to this descriptor goes past the
 * cache, which Linux lets forget what it has of these blocks, and has ended when it
 * is on the medium: a sixth less time than a write and a flush take. Answers -1
 * where the file system, or a disk with larger blocks, does not do it.
 */
static int open_direct(const struct device_option *option, int file, size_t block_size) {
    int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC | O_DIRECT | O_DSYNC;
    long direct = system_call(SYS_OPEN, option->host, flags);
    uint32_t stat[STAT_WORDS] = {0}, other[STAT_WORDS] = {0};
    system_call(SYS_FSTAT, file, stat);
    system_call(SYS_FSTAT, direct, other);
    bool is_same = memcmp(stat, other, STAT_IDENTITY * sizeof *stat) == 0;
    if (is_same &&
        system_call(SYS_PREAD64, direct, aligned, block_size, 0) == (long)block_size)
        return (int)direct;
    if (direct >= 0)
        system_call(SYS_CLOSE, direct);
    return -1;
}

/* Locks all of the file against programs that do the same, QEMU among them. */
static long lock(int file, bool is_read_only) {
    struct {
        short type, whence;
        int64_t start, length;
        int process;
    } whole = {is_read_only ? F_RDLCK : F_WRLCK, 0, 0, 0, 0};
    return system_call(SYS_FCNTL, file, F_OFD_SETLK, &whole);
}

void block_start(void) {
    for (; count < options.blocks.count; count++) {
        const struct device_option *option = &options.blocks.list[count];
        struct block_device *device = &blocks[count].device;
        device->name = option->name;
        device->block_size = option->detail != 0 ? (uint32_t)option->detail : BLOCK_SIZE;
        device->is_durable = true;
        int file = open_file(option, &device->is_read_only);
        long result = lock(file, device->is_read_only);
        if (result < 0)
            refuse_file(option, "", result);
        long size = system_call(SYS_LSEEK, file, 0, SEEK_END);
        if (size <= 0 || size % device->block_size != 0)
            refuse_file(option, ": its size is no whole number of blocks, at least one", 0);
        device->block_count = (uint64_t)size / device->block_size;
        blocks[count].descriptor = block_last = file;
        blocks[count].direct =
            device->is_read_only ? -1 : open_direct(option, file, device->block_size);
        if (blocks[count].direct > file)
            block_last = blocks[count].direct;
        if (count == 0)
            block_first = file;
    }
}

unsigned platform_block_count(void) {
    return count;
}

const struct block_device *platform_block(unsigned handle) {
    return &blocks[handle].device;
}

/* Reads or writes, as (call) says; a file that became shorter is a failure, too. */
static bool move(long call, int file, uint64_t offset, uint64_t bytes, size_t size) {
    while (size > 0) {
        long moved = system_call(call, file, bytes, size, offset);
        if (moved == -EINTR)
            continue;
        if (moved <= 0)
            return false;
        bytes += (uint64_t)moved;
        offset += (uint64_t)moved;
        size -= (size_t)moved;
    }
    return true;
}

static uint64_t offset_of(unsigned handle, uint64_t block) {
    return block * blocks[handle].device.block_size;
}

bool platform_block_read(unsigned handle, uint64_t block, void *bytes, size_t size) {
    return move(SYS_PREAD64, blocks[handle].descriptor, offset_of(handle, block),
                (uint64_t)bytes, size);
}

bool platform_block_write(unsigned handle, uint64_t block, const void *bytes,
                          size_t size) {
    return move(SYS_PWRITE64, blocks[handle].descriptor, offset_of(handle, block),
                (uint64_t)bytes, size);
}

bool platform_block_persist(unsigned handle, uint64_t block, const void *bytes,
                            size_t size) {
    if (blocks[handle].direct < 0)
        return platform_block_write(handle, block, bytes, size) &&
               platform_block_flush(handle);
    uint64_t offset = offset_of(handle, block);
    for (size_t done = 0, part; done < size; done += part) {
        part = size - done < sizeof aligned ? size - done : sizeof aligned;
        memcpy(aligned, (const uint8_t *)bytes + done, part);
        if (!move(SYS_PWRITE64, blocks[handle].direct, offset + done,
                  (uint64_t)aligned, part))
            return false;
    }
    return true;
}

bool platform_block_flush(unsigned handle) {
    return system_call(SYS_FDATASYNC, blocks[handle].descriptor) == 0;
}
