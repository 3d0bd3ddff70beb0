/*
 * Carries frames between two TAP devices, so that a Linux host can be where our
 * own image is: behind a TAP that a process reads. `forward TAP NETNS TAP`: the
 * second one is in the namespace of that path. Says "ready" when it carries.
 *
 * Each frame keeps its header (struct virtio_net_hdr), and with it what is left to
 * do for it: the stack behind has the offloads that ours has. It pays for one more
 * device and one more copy of each frame, which an image does not.
 */
#include "common.h"
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>

#define BATCH 64
#define HEADER 12
#define OFFLOADS (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN)

/* Attaches to the device (name) of the namespace that the process is in. */
static int attach(const char *name) {
    int file = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    int length = HEADER;
    if (file < 0 || ioctl(file, TUNSETIFF, &request) < 0 ||
        ioctl(file, TUNSETVNETHDRSZ, &length) < 0 ||
        ioctl(file, TUNSETOFFLOAD, OFFLOADS) < 0)
        err(1, "%s", name);
    return file;
}

/* Carries what is there, but lets the other direction have its turn. */
static void carry(int from, int to) {
    static char frame[HEADER + 14 + 65535];
    for (int i = 0; i < BATCH; i++) {
        ssize_t length = read(from, frame, sizeof frame);
        if (length <= 0)
            return;
        if (write(to, frame, length) < 0 && errno != EAGAIN && errno != EIO)
            err(1, "write");
    }
}

int main(int argc, char **argv) {
    if (argc != 4)
        errx(2, "forward TAP NETNS TAP");
    struct pollfd ends[2] = {{attach(argv[1]), POLLIN, 0}, {0, POLLIN, 0}};
    if (setns(open(argv[2], O_RDONLY), CLONE_NEWNET) < 0)
        err(1, "%s", argv[2]);
    ends[1].fd = attach(argv[3]);
    puts("ready");
    fflush(stdout);
    for (;;) {
        poll(ends, 2, -1);
        carry(ends[0].fd, ends[1].fd);
        carry(ends[1].fd, ends[0].fd);
    }
}
