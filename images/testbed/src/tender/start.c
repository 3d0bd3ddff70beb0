/*
 * tender [--mem=MIB] [--net:NAME=TAP] [--net-mac:NAME=MAC] [--block:NAME=FILE]
 *     [--block-sector-size:NAME=N] [--net-ring] [--tsc=HZ] [--poke=ADDRESS=HEX]... [--]
 *     IMAGE [ARGUMENT...]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "tender.h"

struct guest guest = {.memory_size = 512ull << 20};

_Noreturn void die(const char *format, ...) {
    char text[512] = "tender: ";
    va_list arguments;
    va_start(arguments, format);
    int length = 8 + vsnprintf(text + 8, sizeof text - 9, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof text - 2)
        length = sizeof text - 2;
    text[length++] = '\n';
    if (write(2, text, (size_t)length) < 0)
        _exit(2);
    _exit(1);
}

uint64_t write_manifest(uint64_t address, uint64_t *manifest, uint64_t *command_line) {
    size_t size = 8 + guest.manifest.count * sizeof *guest.manifest.entries;
    *manifest = address = (address + 7) & ~7ull;
    memcpy(guest_memory(address), &guest.manifest, size);
    *command_line = address += size;
    char *text = (char *)guest_memory(address);
    size_t left = COMMAND_LINE_SIZE;
    for (char **word = guest.words; *word != NULL; word++) {
        size_t length = (size_t)snprintf(text, left, "%s%s", *word, word[1] != NULL ? " " : "");
        if (length >= left)
            die("the command line is longer than %d characters", COMMAND_LINE_SIZE - 1);
        text += length;
        left -= length;
    }
    *text = 0;
    return address + COMMAND_LINE_SIZE;
}

/* Writes the bytes of ADDRESS=HEX, which lie about something. */
static void poke(const char *text) {
    char *end;
    uint64_t address = strtoull(text, &end, 0);
    if (*end != '=')
        die("--poke=%s: expected ADDRESS=HEX", text);
    for (end++; *end != 0; end += 2, address++) {
        if (address < LOWEST_MEMORY || address >= guest.memory_size ||
            sscanf(end, "%2hhx", guest_memory(address)) != 1)
            die("--poke=%s: expected ADDRESS=HEX", text);
    }
}

void apply_pokes(void) {
    for (unsigned i = 0; i < guest.poke_count; i++)
        poke(guest.pokes[i]);
}

void check_free(uint64_t from, uint64_t to) {
    FILE *maps = fopen("/proc/self/maps", "r");
    if (maps == NULL)
        die("/proc/self/maps: %s", strerror(errno));
    char line[512];
    while (fgets(line, sizeof line, maps) != NULL) {
        uint64_t start, end;
        if (sscanf(line, "%lx-%lx", &start, &end) == 2 && start < to && end > from)
            die("this process has something of its own behind the guest's memory: %s", line);
    }
    fclose(maps);
}

/* The frequency of the time stamp counter, measured for 2 milliseconds. */
static uint64_t measure_tsc(void) {
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &start);
    uint64_t first = __rdtsc(), nanoseconds;
    do {
        clock_gettime(CLOCK_MONOTONIC_RAW, &now);
        nanoseconds = (uint64_t)(now.tv_sec - start.tv_sec) * 1000000000 +
                      (uint64_t)now.tv_nsec - (uint64_t)start.tv_nsec;
    } while (nanoseconds < 2000000);
    return (uint64_t)((unsigned __int128)(__rdtsc() - first) * 1000000000 / nanoseconds);
}

static void take_option(char *word) {
    unsigned long number;
    int end = 0;
    if (sscanf(word, "--mem=%lu%n", &number, &end) == 1 && word[end] == 0 && number > 0 &&
        number <= 4096)
        guest.memory_size = number << 20;
    else if (sscanf(word, "--tsc=%lu%n", &number, &end) == 1 && word[end] == 0)
        guest.tsc_frequency = number;
    else if (strcmp(word, "--net-ring") == 0)
        guest.has_ring = true;
    else if (strncmp(word, "--poke=", 7) == 0)
        guest.pokes[guest.poke_count++] = word + 7;
    else if (!device_option(word))
        die("unknown option %s", word);
}

int main(int count, char **words) {
    (void)count;
    char **image = words + 1;
    while (*image != NULL && strncmp(*image, "--", 2) == 0 && (*image)[2] != 0)
        image++;
    char **end = image;
    if (*image != NULL && strcmp(*image, "--") == 0)
        image++;
    if (*image == NULL)
        die("no image");
    int file = open(*image, O_RDONLY);
    if (file < 0)
        die("%s: %s", *image, strerror(errno));
    elf_read_notes(file);
    guest.pokes = words;
    for (char **word = words + 1; word < end; word++)
        take_option(*word);
    guest.words = image + 1;
    devices_check();
    if (guest.target == HVT) {
        if (guest.tsc_frequency == 0)
            guest.tsc_frequency = measure_tsc();
        hvt_map();
        elf_load(file);
        close(file);
        hvt_run();
    }
    spt_map();
    elf_load(file);
    close(file);
    spt_run();
}
