/*
 * Network devices: TAP devices of Linux, one frame for each read and write, behind
 * a header that says what is left to do for it (struct virtio_net_hdr), unless Linux
 * is too old to have it.
 */
#include "unix.h"

#include <string.h>

#define TUNSETIFF 0x400454ca
#define TUNGETFEATURES 0x800454cf
#define TUNSETOFFLOAD 0x400454d0
#define TUNSETVNETHDRSZ 0x400454d8
#define IFF_TAP 0x0002
#define IFF_NO_PI 0x1000
#define IFF_VNET_HDR 0x4000

/* What Linux may leave to us: checksums, and cutting TCP segments over IPv4, IPv6 and with CWR. */
#define TUN_F_ALL 0xf

/* The length of struct virtio_net_hdr_mrg_rxbuf. */
#define FRAME_HEADER 12

#define SIOCGIFMTU 0x8921
#define AF_INET 2
#define SOCK_DGRAM 2

struct interface_request {
    char name[16];
    union {
        short flags;
        int mtu;
        char rest[24];
    };
};

static struct network {
    struct network_device device;
    int descriptor;
} networks[DEVICES];

static struct pollfd polls[DEVICES];
static unsigned count;

int network_first = -1, network_last = -2;

static uint64_t random_mac(void) {
    uint64_t mac;
    if (!platform_entropy(&mac, sizeof mac))
        panic(STATUS_UNAVAILABLE, "Linux gives no randomness for a MAC address");
    /* Unicast, locally administered (IEEE 802, 8.2). */
    return (mac & 0xfcffffffffff) | 0x020000000000;
}

static _Noreturn void refuse_tap(const struct device_option *option, long error) {
    refuse(STATUS_UNAVAILABLE,
           (const char *[]){"--net:", option->name, "=", option->host, NULL}, error);
}

/* The MTU of the interface that (option) names; halts when there is none. */
static uint32_t mtu_of(const struct device_option *option) {
    struct interface_request request = {0};
    memcpy(request.name, option->host, strlen(option->host));
    long socket = system_call(SYS_SOCKET, AF_INET, SOCK_DGRAM, 0);
    long result = system_call(SYS_IOCTL, socket, SIOCGIFMTU, &request);
    if (result < 0)
        refuse_tap(option, result);
    system_call(SYS_CLOSE, socket);
    return (uint32_t)request.mtu;
}

/* Attaches (network) to the TAP device of (option). */
static void attach(struct network *network, const struct device_option *option) {
    int file = (int)system_call(SYS_OPEN, "/dev/net/tun", O_RDWR | O_NONBLOCK);
    if (file < 0)
        refuse(STATUS_UNAVAILABLE, (const char *[]){"/dev/net/tun", NULL}, file);
    unsigned features = 0;
    system_call(SYS_IOCTL, file, TUNGETFEATURES, &features);
    short header = features & IFF_VNET_HDR;

    struct interface_request request = {.flags = IFF_TAP | IFF_NO_PI | header};
    memcpy(request.name, option->host, strlen(option->host));
    long result = system_call(SYS_IOCTL, file, TUNSETIFF, &request);
    int length = FRAME_HEADER;
    if (result >= 0 && header)
        result = system_call(SYS_IOCTL, file, TUNSETVNETHDRSZ, &length);
    if (result < 0)
        refuse_tap(option, result);
    /* A device that outlives programs remembers what the last one asked for. */
    system_call(SYS_IOCTL, file, TUNSETOFFLOAD, header ? TUN_F_ALL : 0);
    network->descriptor = file;
    if (header)
        network->device.offloads = OFFLOAD_CHECKSUM | OFFLOAD_SEGMENTATION;
}

void network_start(void) {
    for (; count < options.networks.count; count++) {
        struct network *network = &networks[count];
        const struct device_option *option = &options.networks.list[count];
        /* First whether it exists: attaching would create it. */
        network->device.mtu = mtu_of(option);
        attach(network, option);
        network->device.name = option->name;
        network->device.mac = option->detail != 0 ? option->detail : random_mac();
        polls[count] = (struct pollfd){network->descriptor, POLLIN, 0};
    }
    if (count > 0) {
        network_first = networks[0].descriptor;
        network_last = networks[count - 1].descriptor;
    }
}

void platform_wait(uint64_t deadline) {
    struct timespec left = {0, 0};
    if (deadline != UINT64_MAX) {
        uint64_t now = platform_monotonic();
        uint64_t nanoseconds = deadline > now ? deadline - now : 0;
        left.seconds = (int64_t)(nanoseconds / 1000000000);
        left.nanoseconds = (int64_t)(nanoseconds % 1000000000);
    }
    system_call(SYS_PPOLL, polls, count, deadline == UINT64_MAX ? NULL : &left,
                NULL);
    for (unsigned i = 0; i < count; i++) {
        if (polls[i].revents & ~POLLIN)
            refuse(STATUS_UNAVAILABLE,
                   (const char *[]){"the network device ",
                                    networks[i].device.name, " went away", NULL},
                   0);
    }
}

unsigned platform_network_count(void) {
    return count;
}

const struct network_device *platform_network(unsigned handle) {
    return &networks[handle].device;
}

size_t platform_network_read(unsigned handle, void *bytes, size_t size) {
    long length = system_call(SYS_READ, networks[handle].descriptor, bytes, size);
    return length > 0 ? (size_t)length : 0;
}

bool platform_network_write(unsigned handle, const void *bytes, size_t length) {
    return system_call(SYS_WRITE, networks[handle].descriptor, bytes, length) ==
           (long)length;
}
