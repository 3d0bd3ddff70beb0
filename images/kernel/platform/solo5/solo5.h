/* What the platforms hvt and spt share: Solo5 gives both the same kind of boot information. */
#ifndef SOLO5_H
#define SOLO5_H

#include "kernel.h"

/* The manifest (solo5/mft_abi.h): what the image declared, filled in by the tender. */
#define MANIFEST_VERSION 1
#define MANIFEST_ENTRIES 64
#define MANIFEST_NAME_SIZE 68
enum manifest_type {
    MANIFEST_BLOCK = 1,
    MANIFEST_NETWORK = 2,
    MANIFEST_FIRST = 1 << 30, /* of entry 0, which is no device */
};
struct manifest_entry {
    char name[MANIFEST_NAME_SIZE];
    uint32_t type;
    union {
        struct {
            uint64_t capacity; /* bytes */
            uint16_t block_size;
        } block;
        struct {
            uint8_t mac[6];
            uint16_t mtu;
        } network;
    };
    uint64_t descriptor; /* spt: of the device's file, an int */
    bool is_attached;
    uint8_t reserved[7];
};
struct manifest {
    uint32_t version, count;
    struct manifest_entry entries[];
};

/*
 * The end of memory, where the tender has us begin on a stack: the only place above
 * the image that is not zeros.
 */
#define SOLO5_STACK 65536

/*
 * Checks and copies what a tender says: memory of (memory_size) bytes, the words of
 * the command line with single spaces between them, and the manifest. Halts with a
 * message when any of it cannot be. Its pointers lie below the image, which is where
 * nothing is mapped later on.
 */
void solo5_start(uint64_t memory_size, const char *command_line,
                 const struct manifest *manifest);

/* devices.c: the part of solo5_start that reads the manifest. */
void solo5_read_manifest(const struct manifest *manifest);

/* The tender's handle of one of our network devices; the descriptor of a handle (spt). */
unsigned solo5_network_handle(unsigned network);
int solo5_descriptor(unsigned handle);

/*
 * Given by each platform: moves the one block of (size) bytes at byte (offset) of the
 * device (handle); false when the device failed.
 */
bool solo5_block(bool is_write, unsigned handle, uint64_t offset, void *bytes, size_t size);

/* Whether (size) bytes at (pointer) lie in the memory below the image. */
bool solo5_can_read(const void *pointer, uint64_t size);

#endif
