/* Reads struct start_info while the low 3 GiB are identity-mapped. */
#include "boot/start-info.h"

#include <string.h>

#include "cpu/paging.h"
#include "kernel.h"

#define MAGIC 0x336ec578
#define RANGES 64
#define RAM 1 /* the type of a range */

struct boot boot;

static struct memory_range ranges[RANGES];
static unsigned range_count;

static void read_command_line(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        if (length == COMMAND_LINE_SIZE - 1)
            panic(STATUS_USAGE, "the boot arguments are longer than 4095 bytes");
        boot.command_line[length] = text[length];
        length++;
    }
    boot.command_line_length = length;
}

static uint64_t find_memory_end(void) {
    for (unsigned i = 0; i < range_count; i++) {
        const struct memory_range *range = &ranges[i];
        uint64_t start = range->start, end = start + range->size;
        if (range->type != RAM || start > (uint64_t)image_start ||
            end <= LINEAR_MEMORY_BASE || end < start)
            continue;
        return end < PAGING_END ? end : PAGING_END;
    }
    panic(STATUS_UNAVAILABLE, "the machine has less than 8 MiB of memory");
}

void boot_read(const struct start_info *info) {
    if (info->magic != MAGIC || info->version < 1)
        panic(STATUS_UNAVAILABLE, "the loader gave no memory map (PVH version 1)");
    if (info->range_count > RANGES)
        panic(STATUS_UNAVAILABLE, "the memory map has more than 64 ranges");
    range_count = info->range_count;
    if (!boot_can_read(info->ranges, range_count * sizeof *ranges))
        panic(STATUS_UNAVAILABLE, "the memory map is out of reach");
    memcpy(ranges, (const void *)info->ranges, range_count * sizeof *ranges);
    if (info->command_line != 0) {
        if (!boot_can_read(info->command_line, COMMAND_LINE_SIZE))
            panic(STATUS_UNAVAILABLE, "the boot arguments are out of reach");
        read_command_line((const char *)info->command_line);
    }
    boot.rsdp = info->rsdp;
    boot.memory_end = find_memory_end();
}

bool boot_is_memory(uint64_t address, uint64_t size) {
    for (unsigned i = 0; i < range_count; i++) {
        const struct memory_range *range = &ranges[i];
        if (range->type == RAM && address < range->start + range->size &&
            address + size > range->start)
            return true;
    }
    return false;
}

bool boot_can_read(uint64_t address, uint64_t size) {
    return address != 0 && address < PAGING_END && size <= PAGING_END - address;
}
