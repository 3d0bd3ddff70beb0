/* Network and block devices: those of the manifest, all of which the tender attached. */
#include "solo5.h"

#include <string.h>

/* RFC 791: what every link must carry. */
#define SMALLEST_MTU 68

static struct manifest_entry entries[MANIFEST_ENTRIES];

/* Where in the manifest the devices of each kind are: these are the tender's handles. */
static uint8_t network_handles[MANIFEST_ENTRIES], block_handles[MANIFEST_ENTRIES];
static struct network_device networks[MANIFEST_ENTRIES];
static struct block_device blocks[MANIFEST_ENTRIES];
static unsigned network_count, block_count;

static _Noreturn void refuse(const char *name, const char *reason) {
    print("atoll: the device ");
    print(name);
    print(reason);
    print("\n");
    platform_halt(STATUS_UNAVAILABLE);
}

static void add_network(unsigned handle) {
    const struct manifest_entry *entry = &entries[handle];
    uint64_t mac = 0;
    for (unsigned i = 0; i < sizeof entry->network.mac; i++)
        mac = mac << 8 | entry->network.mac[i];
    if (mac == 0 || (mac >> 40 & 1))
        refuse(entry->name, " has no unicast hardware address");
    if (entry->network.mtu < SMALLEST_MTU)
        refuse(entry->name, " has no usable MTU");
    networks[network_count] = (struct network_device){
        .name = entry->name, .mac = mac, .mtu = entry->network.mtu};
    network_handles[network_count++] = (uint8_t)handle;
}

static void add_block(unsigned handle) {
    const struct manifest_entry *entry = &entries[handle];
    uint32_t size = entry->block.block_size;
    if (size < 512 || size > 4096 || (size & (size - 1)) != 0)
        refuse(entry->name, " has blocks that are no power of two from 512 to 4096 bytes");
    if (entry->block.capacity < size || entry->block.capacity % size != 0)
        refuse(entry->name, " has no whole number of blocks, at least one");
    /* Solo5 has no flush: what was written is the host's, which may lose it in a power cut. */
    blocks[block_count] = (struct block_device){
        .name = entry->name, .block_size = size, .block_count = entry->block.capacity / size};
    block_handles[block_count++] = (uint8_t)handle;
}

static void add_device(unsigned handle) {
    const struct manifest_entry *entry = &entries[handle];
    if (entry->name[MANIFEST_NAME_SIZE - 1] != 0)
        panic(STATUS_UNAVAILABLE, "the manifest has a name without an end");
    if (!entry->is_attached)
        refuse(entry->name, " is declared but not attached");
    if (entry->type == MANIFEST_NETWORK)
        add_network(handle);
    else if (entry->type == MANIFEST_BLOCK)
        add_block(handle);
    else
        refuse(entry->name, " is of an unknown type");
}

void solo5_read_manifest(const struct manifest *manifest) {
    if (!solo5_can_read(manifest, sizeof *manifest))
        panic(STATUS_UNAVAILABLE, "the manifest is out of reach");
    uint32_t count = manifest->count;
    if (manifest->version != MANIFEST_VERSION || count == 0 || count > MANIFEST_ENTRIES)
        panic(STATUS_UNAVAILABLE, "the manifest is not of version 1, with 1 to 64 entries");
    if (!solo5_can_read(manifest, sizeof *manifest + count * sizeof *entries))
        panic(STATUS_UNAVAILABLE, "the manifest is out of reach");
    memcpy(entries, manifest->entries, count * sizeof *entries);
    if (entries[0].type != MANIFEST_FIRST)
        panic(STATUS_UNAVAILABLE, "the manifest does not start with its reserved entry");
    for (unsigned handle = 1; handle < count; handle++)
        add_device(handle);
}

unsigned platform_network_count(void) {
    return network_count;
}

const struct network_device *platform_network(unsigned network) {
    return &networks[network];
}

unsigned solo5_network_handle(unsigned network) {
    return network_handles[network];
}

unsigned platform_block_count(void) {
    return block_count;
}

const struct block_device *platform_block(unsigned block) {
    return &blocks[block];
}

int solo5_descriptor(unsigned handle) {
    return (int)entries[handle].descriptor;
}

/* Tenders move one block at a time. */
static bool move(bool is_write, unsigned device, uint64_t block, uint8_t *bytes, size_t size) {
    uint32_t step = blocks[device].block_size;
    for (; size > 0; size -= step, bytes += step, block++) {
        if (!solo5_block(is_write, block_handles[device], block * step, bytes, step))
            return false;
    }
    return true;
}

bool platform_block_read(unsigned device, uint64_t block, void *bytes, size_t size) {
    return move(false, device, block, bytes, size);
}

bool platform_block_write(unsigned device, uint64_t block, const void *bytes, size_t size) {
    return move(true, device, block, (uint8_t *)bytes, size);
}

bool platform_block_persist(unsigned device, uint64_t block, const void *bytes, size_t size) {
    return platform_block_write(device, block, bytes, size);
}

bool platform_block_flush(unsigned device) {
    return true;
}
