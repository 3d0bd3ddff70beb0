/*
 * The target spt: the guest is this process, with its memory from 64 KiB on, and may make
 * no system calls but those that Solo5's tender allows (solo5: tenders/spt).
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "tender.h"

#define BOOT_INFO 0x11000ull

/* What images may take for granted: nothing lies in the 16 GiB from the end of memory on. */
#define FREE_SPACE (16ull << 30)

struct boot_info {
    uint64_t memory_size, kernel_end, command_line, manifest;
    int32_t epoll, timer;
};

static struct sock_filter filter[1024];
static unsigned length, rule_start;

static void emit(uint16_t code, uint32_t operand, uint8_t if_true, uint8_t if_false) {
    filter[length++] = (struct sock_filter){code, if_true, if_false, operand};
}

/* A jump that leaves the rule unless it holds; the distance is filled in at the rule's end. */
#define LEAVE 255

static void load_argument(unsigned argument, bool is_high) {
    uint32_t offset = (uint32_t)offsetof(struct seccomp_data, args) + 8 * argument;
    emit(BPF_LD | BPF_W | BPF_ABS, offset + (is_high ? 4 : 0), 0, 0);
}

static void rule(uint32_t number) {
    rule_start = length;
    emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, number, 0, LEAVE);
}

static void where_equal(unsigned argument, uint64_t value) {
    load_argument(argument, true);
    emit(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value >> 32), 0, LEAVE);
    load_argument(argument, false);
    emit(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)value, 0, LEAVE);
}

static void where_at_most(unsigned argument, uint64_t value) {
    load_argument(argument, true);
    emit(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)(value >> 32), LEAVE, 0);
    /* Only with an equal upper half does the lower one count. */
    emit(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value >> 32), 0, 2);
    load_argument(argument, false);
    emit(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)value, LEAVE, 0);
}

static void allow(void) {
    emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    for (unsigned i = rule_start; i < length; i++) {
        if (filter[i].jt == LEAVE)
            filter[i].jt = (uint8_t)(length - i - 1);
        if (filter[i].jf == LEAVE)
            filter[i].jf = (uint8_t)(length - i - 1);
    }
}

static void allow_with(uint32_t number, uint64_t first_argument) {
    rule(number);
    where_equal(0, first_argument);
    allow();
}

static void allow_blocks(uint32_t number, const struct manifest_entry *entry) {
    rule(number);
    where_equal(0, (uint64_t)entry->descriptor);
    where_equal(2, entry->block.block_size);
    where_at_most(3, entry->block.capacity - entry->block.block_size);
    allow();
}

static void make_filter(int epoll, int timer) {
    emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    allow_with(SYS_write, 1);
    rule(SYS_exit_group);
    allow();
    allow_with(SYS_epoll_pwait, (uint64_t)epoll);
    allow_with(SYS_timerfd_settime, (uint64_t)timer);
    allow_with(SYS_clock_gettime, CLOCK_MONOTONIC);
    allow_with(SYS_clock_gettime, CLOCK_REALTIME);
    allow_with(SYS_arch_prctl, ARCH_SET_FS);
    for (unsigned i = 1; i < guest.manifest.count; i++) {
        const struct manifest_entry *entry = &guest.manifest.entries[i];
        if (entry->type == NETWORK) {
            allow_with(SYS_read, (uint64_t)entry->descriptor);
            allow_with(SYS_write, (uint64_t)entry->descriptor);
        } else {
            allow_blocks(SYS_pread64, entry);
            allow_blocks(SYS_pwrite64, entry);
        }
    }
    emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
}

static int make_epoll(int timer) {
    int epoll = epoll_create1(0);
    struct epoll_event event = {EPOLLIN, {.u64 = ~1u}};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event) < 0)
        die("epoll: %s", strerror(errno));
    for (unsigned i = 1; i < guest.manifest.count; i++) {
        const struct manifest_entry *entry = &guest.manifest.entries[i];
        event.data.u64 = i;
        if (entry->type == NETWORK &&
            epoll_ctl(epoll, EPOLL_CTL_ADD, (int)entry->descriptor, &event) < 0)
            die("epoll: %s", strerror(errno));
    }
    return epoll;
}

void spt_map(void) {
    void *at = mmap((void *)LOWEST_MEMORY, guest.memory_size - LOWEST_MEMORY,
                    PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (at != (void *)LOWEST_MEMORY)
        die("no memory for the guest: %s", strerror(errno));
    check_free(guest.memory_size, guest.memory_size + FREE_SPACE);
}

void spt_protect(uint64_t from, uint64_t to, int protection) {
    if (mprotect((void *)from, to - from, protection) < 0)
        die("mprotect: %s", strerror(errno));
}

_Noreturn void spt_run(void) {
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    if (timer < 0)
        die("timerfd: %s", strerror(errno));
    struct boot_info info = {guest.memory_size, guest.image_end, 0, 0, make_epoll(timer), timer};
    write_manifest(BOOT_INFO + sizeof info, &info.manifest, &info.command_line);
    memcpy((void *)BOOT_INFO, &info, sizeof info);
    apply_pokes();

    make_filter(info.epoll, timer);
    struct sock_fprog program = {(unsigned short)length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
        die("seccomp: %s", strerror(errno));
    __asm__ volatile("mov %0, %%rsp\n\tjmp *%1" ::"r"(guest.memory_size - 8), "r"(guest.entry),
                     "D"(BOOT_INFO));
    __builtin_unreachable();
}
