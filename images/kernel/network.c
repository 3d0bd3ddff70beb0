/* The members of `host` for network devices, where the platform moves the frames. */
#include "kernel.h"

#include <string.h>

/* How much of the header in front of each frame the device does not know of. */
static u32 own_header(u32 handle) {
    return platform_network(handle)->offloads != 0 ? 0 : FRAME_HEADER;
}

u32 network_read(u32 handle, u32 bytes, u32 size) {
    u32 own = own_header(handle);
    size_t length = platform_network_read(handle, host_pointer(bytes + own), size - own);
    if (length == 0)
        return 0;
    memset(host_pointer(bytes), 0, own);
    return (u32)length + own;
}

bool network_write(u32 handle, u32 bytes, u32 length) {
    u32 own = own_header(handle);
    return platform_network_write(handle, host_pointer(bytes + own), length - own);
}

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
    u32 length;
    if (!responder_read(handle, bytes, &length))
        length = network_read(handle, bytes, size);
    return value_from_int((s32)length);
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
    return value_from_bool(network_write(handle, bytes, length));
}

HOST_FUNCTIONS = {
    {"networkName", call_name, 1},   {"networkMac", call_mac, 1},
    {"networkMtu", call_mtu, 1},     {"networkOffloads", call_offloads, 1},
    {"networkRead", call_read, 2},   {"networkWrite", call_write, 3},
};
