/*
 * A tender for tests: it loads images of Solo5's targets hvt and spt as Solo5 does,
 * but checks more, and runs both as a process of Linux.
 */
#ifndef TENDER_H
#define TENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Prints "tender: (message)" and ends with status 1. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The interface that an image asks for: note ABI1. */
enum target { HVT = 1, SPT = 2 };

/* The manifest: note MFT1. */
#define MANIFEST_ENTRIES 64
enum device_type { BLOCK = 1, NETWORK = 2, RESERVED_FIRST = 1 << 30 };
struct manifest_entry {
    char name[68];
    uint32_t type;
    union {
        struct {
            uint64_t capacity;
            uint16_t block_size;
        } block;
        struct {
            uint8_t mac[6];
            uint16_t mtu;
        } network;
    };
    int64_t descriptor;
    bool is_attached;
    uint8_t reserved[7];
};
struct manifest {
    uint32_t version, count;
    struct manifest_entry entries[MANIFEST_ENTRIES];
};
_Static_assert(sizeof(struct manifest_entry) == 104, "as Solo5 has it");

/* Addresses of guests, the same in both targets. */
#define LOWEST_MEMORY 0x10000ull
#define LOWEST_IMAGE 0x100000ull
#define PAGE 4096ull
#define LARGE_PAGE (2ull << 20)

#define COMMAND_LINE_SIZE 8192

struct guest {
    enum target target;
    uint64_t memory_size, entry, image_end, tsc_frequency;
    /* Where the tender itself sees byte 0 of the memory, which begins with LOWEST_MEMORY. */
    uint64_t base;
    struct manifest manifest;
    bool has_ring;
    /* The words of its command line, up to NULL. */
    char **words;
    /* What a test writes over memory just before the start. */
    char **pokes;
    unsigned poke_count;
};
extern struct guest guest;

/* Byte (address) of the guest's memory. */
static inline uint8_t *guest_memory(uint64_t address) {
    return (uint8_t *)(guest.base + address);
}

/* elf.c: the notes of the image in (file), and its segments. */
void elf_read_notes(int file);
void elf_load(int file);

/* devices.c: what the command line attaches; false when (word) is of no device. */
bool device_option(const char *word);
/* Halts unless all that is declared was attached. */
void devices_check(void);

/* start.c: manifest and command line at (address); answers the address behind them. */
uint64_t write_manifest(uint64_t address, uint64_t *manifest, uint64_t *command_line);
void apply_pokes(void);

/* Halts when this process has anything in [from, to). */
void check_free(uint64_t from, uint64_t to);

/* hvt.c and spt.c: memory for the guest, what protects [from, to) of it, the start. */
void hvt_map(void);
void hvt_protect(uint64_t from, uint64_t to, int protection);
_Noreturn void hvt_run(void);
void spt_map(void);
void spt_protect(uint64_t from, uint64_t to, int protection);
_Noreturn void spt_run(void);

#endif
