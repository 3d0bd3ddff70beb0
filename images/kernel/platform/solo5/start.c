/* What a tender says at the start; all of it is checked before it is believed. */
#include "solo5.h"

#include <string.h>

/* Below is nothing: tenders leave the first 64 KiB away. */
#define LOW_MEMORY 0x10000

#define COMMAND_LINE_SIZE 8192
#define UNIT 65536ull

static char command_line[COMMAND_LINE_SIZE];
static size_t command_line_start, command_line_length;

static uint64_t memory_limit;

bool solo5_can_read(const void *pointer, uint64_t size) {
    uint64_t at = (uint64_t)pointer, end = (uint64_t)image_start;
    return at >= LOW_MEMORY && at < end && size <= end - at;
}

static void read_memory_size(uint64_t size) {
    if (size < LINEAR_MEMORY_BASE + UNIT)
        panic(STATUS_UNAVAILABLE, "less than 10 MiB of memory: use --mem=16 or more");
    /* Offsets into linear memory have 32 bits. */
    uint64_t most = UINT32_MAX / UNIT * UNIT;
    uint64_t above = (size - LINEAR_MEMORY_BASE) / UNIT * UNIT;
    memory_limit = above < most ? above : most;
}

/* Steps over the options of Solo5 itself, which say how much it tells; we have only last words. */
static void skip_solo5_options(void) {
    static const char PREFIX[] = "--solo5:";
    const char *at = command_line;
    for (;;) {
        while (*at == ' ')
            at++;
        if (strlen(at) < sizeof PREFIX - 1 || memcmp(at, PREFIX, sizeof PREFIX - 1) != 0)
            break;
        while (*at != 0 && *at != ' ')
            at++;
    }
    command_line_start = (size_t)(at - command_line);
}

static void read_command_line(const char *text) {
    size_t length = 0;
    for (;; length++) {
        if (!solo5_can_read(text + length, 1))
            panic(STATUS_UNAVAILABLE, "the boot arguments are out of reach");
        if (text[length] == 0)
            break;
        if (length == COMMAND_LINE_SIZE - 1)
            panic(STATUS_USAGE, "the boot arguments are longer than 8191 bytes");
        command_line[length] = text[length];
    }
    command_line_length = length;
    skip_solo5_options();
}

void solo5_start(uint64_t memory_size, const char *text,
                 const struct manifest *manifest) {
    read_memory_size(memory_size);
    read_command_line(text);
    solo5_read_manifest(manifest);
}

const char *platform_arguments(size_t *length) {
    *length = command_line_length - command_line_start;
    return command_line + command_line_start;
}

uint64_t platform_memory_limit(void) {
    return memory_limit;
}

/* Neither tender offers randomness: the CPU's generator and jitter must do. */
bool platform_entropy(void *seed, size_t size) {
    return false;
}
