// What a disk alone takes for a durable write: disk-floor FILE flush|direct SECONDS
//
// Writes one block of 512 bytes after the other into FILE, each durable before the next one, and prints how many
// microseconds each took: flush with a write and fdatasync, direct with one write past the cache (O_DIRECT, O_DSYNC).
// No program that waits for each write of its own can be faster than that.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 512, PIECE = 1 << 16, SIZE = 1 << 24 };

static char bytes[PIECE] __attribute__((aligned(4096)));

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void require(bool is_true, const char *what) {
    if (is_true) return;
    perror(what);
    exit(1);
}

int main(int count, char **words) {
    if (count != 4) return 64;
    const bool is_direct = strcmp(words[2], "direct") == 0;
    int file = open(words[1], O_RDWR | O_CREAT, 0600);
    require(file >= 0, words[1]);
    // Blocks that are not there yet would cost a change of the file system's own.
    memset(bytes, 1, sizeof bytes);
    for (off_t at = 0; at < SIZE; at += PIECE) require(pwrite(file, bytes, PIECE, at) == PIECE, "write");
    require(fsync(file) == 0, "fsync");
    if (is_direct) file = open(words[1], O_RDWR | O_DIRECT | O_DSYNC);
    require(file >= 0, "O_DIRECT");

    const double start = microseconds(), end = start + atof(words[3]) * 1e6;
    double now = start;
    unsigned done = 0;
    for (; now < end; now = microseconds(), done++) {
        bytes[0]++;
        require(pwrite(file, bytes, BLOCK, (off_t)done * BLOCK % SIZE) == BLOCK, "write");
        if (!is_direct) require(fdatasync(file) == 0, "fdatasync");
    }
    printf("%.1f\n", (now - start) / done);
    return 0;
}
