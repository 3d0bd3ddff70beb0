/* The members of `host` for network devices, where the platform moves the frames. */
#include "kernel.h"

#include <string.h>

/*
 * Drivers see a header in front of each frame (the length of struct
 * virtio_net_hdr_mrg_rxbuf) also where the device has none: then it is all zeros.
 */
#define FRAME_HEADER 12

/* The device that the handle (value) stands for, or NULL. */
static const struct network_device *device_of(u64 value) {
    u32 handle = value_u32(value);
    return handle < platform_network_count() ? platform_network(handle) : NULL;
}

HOST_CALL(call_name) {
    const struct network_device *device = device_of(host_argument(argv, 0));
    return device == NULL ? VALUE_UNDEFINED
                          : engine_string(device->name, strlen(device->name));
}

HOST_CALL(call_mac) {
    const struct network_device *device = device_of(host_argument(argv, 0));
    if (device == NULL)
        return host_throw("networkMac: no such device");
    return value_from_double((double)device->mac);
}

HOST_CALL(call_mtu) {
    const struct network_device *device = device_of(host_argument(argv, 0));
    if (device == NULL)
        return host_throw("networkMtu: no such device");
    return value_from_double(device->mtu);
}

HOST_CALL(call_offloads) {
    const struct network_device *device = device_of(host_argument(argv, 0));
    if (device == NULL)
        return host_throw("networkOffloads: no such device");
    return value_from_double(device->offloads);
}

HOST_CALL(call_read) {
    u32 bytes, size, handle = value_u32(host_argument(argv, 0));
    const struct network_device *device = device_of(host_argument(argv, 0));
    if (device == NULL)
        return host_throw("networkRead: no such device");
    if (!value_bytes(host_argument(argv, 1), &bytes, &size))
        return VALUE_EXCEPTION;
    if (size < FRAME_HEADER)
        return host_throw("networkRead: no room for a header");
    u32 own = device->offloads != 0 ? 0 : FRAME_HEADER;
    size_t length = platform_network_read(handle, host_pointer(bytes + own), size - own);
    if (length == 0)
        return value_from_int(0);
    memset(host_pointer(bytes), 0, own);
    return value_from_int((s32)(length + own));
}

HOST_CALL(call_write) {
    u32 bytes, size, handle = value_u32(host_argument(argv, 0));
    const struct network_device *device = device_of(host_argument(argv, 0));
    u32 length = value_u32(host_argument(argv, 2));
    if (device == NULL)
        return host_throw("networkWrite: no such device");
    if (!value_bytes(host_argument(argv, 1), &bytes, &size))
        return VALUE_EXCEPTION;
    if (length > size)
        return host_throw("networkWrite: more than the bytes hold");
    if (length < FRAME_HEADER)
        return host_throw("networkWrite: no header");
    u32 own = device->offloads != 0 ? 0 : FRAME_HEADER;
    return value_from_bool(
        platform_network_write(handle, host_pointer(bytes + own), length - own));
}

HOST_FUNCTIONS = {
    {"networkName", call_name, 1},   {"networkMac", call_mac, 1},
    {"networkMtu", call_mtu, 1},     {"networkOffloads", call_offloads, 1},
    {"networkRead", call_read, 2},   {"networkWrite", call_write, 3},
};
