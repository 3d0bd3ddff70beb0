/* What the files of the unix platform share. */
#ifndef UNIX_H
#define UNIX_H

#include "kernel.h"
#include "linux.h"

/* The most network devices of one image, and the most block devices. */
#define DEVICES 8

/* The longest name of a device, as in a Solo5 manifest, with its NUL. */
#define NAME_SIZE 68

/* options.c: the command line. */
struct device_option {
    char name[NAME_SIZE];
    const char *host; /* TAP device or file; NULL while only the detail is known */
    uint64_t detail;  /* MAC or block size; 0 where none was given */
};
struct device_options {
    unsigned count;
    struct device_option list[DEVICES];
};
struct options {
    uint64_t memory; /* bytes */
    uint32_t user;
    struct device_options networks, blocks;
    /* The boot arguments, each ended by NUL. */
    const char *arguments;
    size_t arguments_length;
};
extern struct options options;

/* Reads the words after the program's name; halts on a wrong one. */
void options_parse(char **words);

/* memory.c: maps stack and linear memory within the budget (bytes). */
void memory_start(uint64_t budget);

/* time.c: finds the clock in the (vdso), which may be NULL. */
void time_start(const char *vdso);

/* signal.c: reports faults, ends at SIGTERM and SIGINT. */
void signal_start(void);

/* network.c: opens the TAP devices; (first, last) are their descriptors. */
void network_start(void);
extern int network_first, network_last;

/* block.c: opens and locks the files of block devices, likewise. */
void block_start(void);
extern int block_first, block_last;

/* sandbox.c: drops privileges, then all system calls but a few. */
void sandbox_enter(uint32_t user);

/* Prints "atoll: (parts...): (reason of error)" and halts; parts end by NULL. */
_Noreturn void refuse(int status, const char *const parts[], long error);

#endif
