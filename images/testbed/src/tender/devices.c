/* TAP devices and files, attached to what the manifest declares. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tender.h"

static struct manifest_entry *find(const char *name, enum device_type type) {
    for (unsigned i = 1; i < guest.manifest.count; i++) {
        struct manifest_entry *entry = &guest.manifest.entries[i];
        if (entry->type == type && strcmp(entry->name, name) == 0)
            return entry;
    }
    die("the image declares no %s device \"%s\"", type == BLOCK ? "block" : "network", name);
}

static void attach_network(struct manifest_entry *entry, const char *tap) {
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", tap);
    int control = socket(AF_INET, SOCK_DGRAM, 0);
    /* First whether it exists: attaching would create it. */
    if (ioctl(control, SIOCGIFMTU, &request) < 0)
        die("%s: %s", tap, strerror(errno));
    close(control);
    entry->network.mtu = (uint16_t)request.ifr_mtu;
    int file = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (file < 0 || ioctl(file, TUNSETIFF, &request) < 0)
        die("%s: %s", tap, strerror(errno));
    /* A device that outlives programs remembers what the last one asked for. */
    ioctl(file, TUNSETOFFLOAD, 0);
    entry->descriptor = file;
    entry->is_attached = true;
}

static void set_mac(struct manifest_entry *entry, const char *text) {
    uint8_t *mac = entry->network.mac;
    int end = 0;
    if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%n", &mac[0], &mac[1], &mac[2], &mac[3],
               &mac[4], &mac[5], &end) != 6 ||
        text[end] != 0)
        die("%s is no hardware address", text);
}

static void attach_block(struct manifest_entry *entry, const char *path) {
    int file = open(path, O_RDWR);
    off_t size = file < 0 ? -1 : lseek(file, 0, SEEK_END);
    if (size < 0)
        die("%s: %s", path, strerror(errno));
    entry->block.capacity = (uint64_t)size;
    entry->descriptor = file;
    entry->is_attached = true;
}

static void set_block_size(struct manifest_entry *entry, const char *text) {
    unsigned size;
    if (sscanf(text, "%u", &size) != 1 || size < 512 || size > 4096 || (size & (size - 1)) != 0)
        die("%s is no sector size: a power of two from 512 to 4096", text);
    entry->block.block_size = (uint16_t)size;
}

bool device_option(const char *word) {
    static const struct {
        const char *prefix;
        enum device_type type;
        void (*take)(struct manifest_entry *entry, const char *value);
    } options[] = {
        {"--net:", NETWORK, attach_network},
        {"--net-mac:", NETWORK, set_mac},
        {"--block:", BLOCK, attach_block},
        {"--block-sector-size:", BLOCK, set_block_size},
    };
    for (unsigned i = 0; i < sizeof options / sizeof *options; i++) {
        size_t length = strlen(options[i].prefix);
        if (strncmp(word, options[i].prefix, length) != 0)
            continue;
        char name[68];
        int end = 0;
        if (sscanf(word + length, "%67[A-Za-z0-9]=%n", name, &end) != 1 || end == 0)
            die("%s: expected NAME=VALUE", word);
        options[i].take(find(name, options[i].type), word + length + end);
        return true;
    }
    return false;
}

void devices_check(void) {
    static const uint8_t no_mac[6];
    for (unsigned i = 1; i < guest.manifest.count; i++) {
        struct manifest_entry *entry = &guest.manifest.entries[i];
        if (!entry->is_attached)
            die("the device %s is declared but not attached", entry->name);
        if (entry->type == NETWORK && memcmp(entry->network.mac, no_mac, 6) == 0) {
            getrandom(entry->network.mac, 6, 0);
            entry->network.mac[0] = (uint8_t)((entry->network.mac[0] & 0xfc) | 2);
        }
        if (entry->type == BLOCK && entry->block.block_size == 0)
            entry->block.block_size = 512;
        if (entry->type == BLOCK &&
            (entry->block.capacity == 0 || entry->block.capacity % entry->block.block_size != 0))
            die("%s does not consist of whole blocks", entry->name);
    }
}
