/*
 * Solo5's tender for Linux processes: the entry, and platform.h over the few system
 * calls that its filter allows. Any other kills the process.
 */
#include "platform/solo5/solo5.h"

#include <string.h>

#include "platform/unix/linux.h"

#define ARCH_SET_FS 0x1002
#define TFD_TIMER_ABSTIME 1
#define EPOLLIN 1
#define EPOLLERR 8
#define EPOLLHUP 16

/* How far apart the guard space is looked at; programs are linked at rounder addresses. */
#define PROBE_STEP (64ull << 20)

/* solo5/spt_abi.h */
struct boot_info {
    uint64_t memory_size, kernel_end;
    const char *command_line;
    const struct manifest *manifest;
    int epoll, timer;
};

struct __attribute__((packed)) epoll_event {
    uint32_t events;
    uint64_t data;
};

struct timer_setting {
    struct timespec interval, expiration;
};

const char platform_name[] = "spt";

static int epoll, timer;
static uint64_t start;

static uint64_t read_clock(uint64_t clock) {
    struct timespec now;
    system_call(SYS_CLOCK_GETTIME, clock, &now);
    return (uint64_t)now.seconds * 1000000000 + (uint64_t)now.nanoseconds;
}

/*
 * Nothing can be unmapped from inside, so the guard space is what lies behind the
 * memory in the tender's process: nothing, when the tender is position-independent
 * and thus far above. A signal mask that cannot be read tells.
 */
static void check_guard_space(uint64_t memory_size) {
    uint64_t end = LINEAR_MEMORY_BASE + GUARD_SPACE;
    for (uint64_t at = memory_size; at < end; at = (at / PROBE_STEP + 1) * PROBE_STEP) {
        struct epoll_event event;
        long result = system_call(SYS_EPOLL_PWAIT, epoll, &event, 1, 0, at, 8);
        if (result != -EFAULT)
            panic(STATUS_UNAVAILABLE,
                  "the 8 GiB behind the memory are not free: the tender must be a "
                  "position-independent executable");
    }
}

/* Entered by the tender, on a stack at the end of memory. */
__attribute__((no_stack_protector)) _Noreturn void _start(const struct boot_info *info) {
    system_call(SYS_ARCH_PRCTL, ARCH_SET_FS, &kernel_tls);
    kernel_tls.canary = entropy_canary();
    if (!solo5_can_read(info, sizeof *info))
        panic(STATUS_UNAVAILABLE, "the boot information is out of reach");
    epoll = info->epoll;
    timer = info->timer;
    solo5_start(info->memory_size, info->command_line, info->manifest);
    check_guard_space(info->memory_size);
    start = read_clock(CLOCK_MONOTONIC);
    kernel_stack(kernel_main);
}

void platform_write(const char *text, size_t length) {
    while (length > 0) {
        long written = system_call(SYS_WRITE, 1, text, length);
        if (written > 0) {
            text += written;
            length -= (size_t)written;
        } else if (written != -EINTR && written != -EAGAIN) {
            return; /* the console is gone: the work goes on without */
        }
    }
}

uint64_t platform_monotonic(void) {
    return read_clock(CLOCK_MONOTONIC) - start;
}

uint64_t platform_wall(void) {
    return read_clock(CLOCK_REALTIME);
}

/* All memory is there from the start; the engine may have written over what was not in use yet. */
bool platform_memory_commit(uint64_t from, uint64_t to) {
    if (to > platform_memory_limit())
        return false;
    if (engine_context != 0 || to == platform_memory_limit())
        memset(host_pointer((u32)from), 0, to - from);
    return true;
}

/*
 * Sets the timer, which also makes it forget that it went off; a time of 0 stops it.
 * A deadline that is asked for again is still ahead, and so is the timer.
 */
static void set_timer(uint64_t deadline) {
    static uint64_t set = UINT64_MAX;
    if (deadline == set)
        return;
    set = deadline;
    struct timer_setting setting = {0};
    if (deadline != UINT64_MAX) {
        uint64_t at = start + deadline;
        setting.expiration.seconds = (int64_t)(at / 1000000000);
        setting.expiration.nanoseconds = (int64_t)(at % 1000000000);
    }
    system_call(SYS_TIMERFD_SETTIME, timer, TFD_TIMER_ABSTIME, &setting, NULL);
}

void platform_wait(uint64_t deadline) {
    struct epoll_event event = {0};
    set_timer(deadline);
    long count = system_call(SYS_EPOLL_PWAIT, epoll, &event, 1, -1, NULL, 8);
    if (count > 0 && (event.events & (EPOLLERR | EPOLLHUP)))
        panic(STATUS_UNAVAILABLE, "a network device went away");
}

static int descriptor_of(unsigned network) {
    return solo5_descriptor(solo5_network_handle(network));
}

size_t platform_network_read(unsigned handle, void *bytes, size_t size) {
    long length = system_call(SYS_READ, descriptor_of(handle), bytes, size);
    return length > 0 ? (size_t)length : 0;
}

bool platform_network_write(unsigned handle, const void *bytes, size_t length) {
    return system_call(SYS_WRITE, descriptor_of(handle), bytes, length) == (long)length;
}

bool solo5_block(bool is_write, unsigned handle, uint64_t offset, void *bytes, size_t size) {
    return system_call(is_write ? SYS_PWRITE64 : SYS_PREAD64, solo5_descriptor(handle), bytes,
                       size, offset) == (long)size;
}

_Noreturn void platform_halt(int status) {
    for (;;)
        system_call(SYS_EXIT_GROUP, status);
}
