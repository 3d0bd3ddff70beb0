/* What a PVH loader says about the machine, copied to where nobody writes over it. */
#ifndef START_INFO_H
#define START_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* xen/include/public/arch-x86/hvm/start_info.h; all addresses are physical. */
struct start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp;
    /* From version 1 on. */
    uint64_t ranges;
    uint32_t range_count, reserved;
};

struct memory_range {
    uint64_t start, size;
    uint32_t type, reserved;
};

#define COMMAND_LINE_SIZE 4096

struct boot {
    char command_line[COMMAND_LINE_SIZE];
    size_t command_line_length; /* without NUL */
    uint64_t rsdp;              /* of ACPI; 0 where the loader gave none */
    uint64_t memory_end;        /* of the range of RAM that holds the image */
};
extern struct boot boot;

/* Given by the platform: where boot/pvh.S goes. */
_Noreturn void platform_start(const struct start_info *info);

/* Copies what is needed of (info); halts when it makes no sense, or there is too little memory. */
void boot_read(const struct start_info *info);

/* Whether any of the (size) bytes at physical (address) is RAM. */
bool boot_is_memory(uint64_t address, uint64_t size);

/* Whether early code can read (size) bytes at (address): see boot/pvh.S. */
bool boot_can_read(uint64_t address, uint64_t size);

#endif
