/* The members of `host` for block devices, where the platform moves the blocks. */
#include "kernel.h"

#include <string.h>

/* The device that the handle (value) stands for, or NULL. */
static const struct block_device *device_of(u64 value) {
    u32 handle = value_u32(value);
    return handle < platform_block_count() ? platform_block(handle) : NULL;
}

HOST_CALL(call_name) {
    const struct block_device *device = device_of(host_argument(argv, 0));
    return device == NULL ? VALUE_UNDEFINED
                          : engine_string(device->name, strlen(device->name));
}

/* The function (call) that answers one fact about a device. */
#define FACT(call, fact)                                                       \
    HOST_CALL(call) {                                                          \
        const struct block_device *device = device_of(host_argument(argv, 0)); \
        return device == NULL ? host_throw("no such block device") : (fact);   \
    }

FACT(call_size, value_from_double(device->block_size))
FACT(call_count, value_from_double((double)device->block_count))
FACT(call_is_read_only, value_from_bool(device->is_read_only))
FACT(call_is_durable, value_from_bool(device->is_durable))

struct transfer {
    const struct block_device *device;
    u32 handle, size;
    uint64_t block;
    void *bytes;
};

/* Reads the arguments handle, block, bytes; false, with an exception pending, after wrong use. */
static bool read_transfer(u32 argv, struct transfer *transfer) {
    u32 bytes;
    double block = value_number(host_argument(argv, 1));
    transfer->handle = value_u32(host_argument(argv, 0));
    transfer->device = device_of(host_argument(argv, 0));
    if (transfer->device == NULL) {
        host_throw("no such block device");
        return false;
    }
    if (!value_bytes(host_argument(argv, 2), &bytes, &transfer->size))
        return false;
    double count = (double)transfer->size / transfer->device->block_size;
    transfer->block = block >= 0 && block < 0x1p53 ? (uint64_t)block : UINT64_MAX;
    transfer->bytes = host_pointer(bytes);
    if ((double)transfer->block == block && (double)(u32)count == count &&
        block + count <= (double)transfer->device->block_count)
        return true;
    host_throw("these are not whole blocks of the device");
    return false;
}

HOST_CALL(call_read) {
    struct transfer transfer;
    if (!read_transfer(argv, &transfer))
        return VALUE_EXCEPTION;
    return value_from_bool(platform_block_read(transfer.handle, transfer.block,
                                               transfer.bytes, transfer.size));
}

/* The function (call) that writes as (platform_write) does. */
#define WRITE(call, platform_write)                                                 \
    HOST_CALL(call) {                                                               \
        struct transfer transfer;                                                   \
        if (!read_transfer(argv, &transfer))                                        \
            return VALUE_EXCEPTION;                                                 \
        if (transfer.device->is_read_only)                                          \
            return host_throw("the block device is read-only");                     \
        return value_from_bool(platform_write(transfer.handle, transfer.block,      \
                                              transfer.bytes, transfer.size));      \
    }

WRITE(call_write, platform_block_write)
WRITE(call_persist, platform_block_persist)

HOST_CALL(call_flush) {
    if (device_of(host_argument(argv, 0)) == NULL)
        return host_throw("no such block device");
    return value_from_bool(platform_block_flush(value_u32(host_argument(argv, 0))));
}

HOST_FUNCTIONS = {
    {"blockName", call_name, 1},
    {"blockSize", call_size, 1},
    {"blockCount", call_count, 1},
    {"blockIsReadOnly", call_is_read_only, 1},
    {"blockIsDurable", call_is_durable, 1},
    {"blockRead", call_read, 3},
    {"blockWrite", call_write, 3},
    {"blockPersist", call_persist, 3},
    {"blockFlush", call_flush, 1},
};
