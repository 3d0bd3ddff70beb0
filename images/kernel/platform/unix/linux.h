/* What platforms use of Linux: system calls and their structures. */
#ifndef LINUX_H
#define LINUX_H

#include <stdint.h>

#define SYS_READ 0
#define SYS_WRITE 1
#define SYS_OPEN 2
#define SYS_CLOSE 3
#define SYS_FSTAT 5
#define SYS_LSEEK 8
#define SYS_MMAP 9
#define SYS_MPROTECT 10
#define SYS_RT_SIGACTION 13
#define SYS_RT_SIGRETURN 15
#define SYS_IOCTL 16
#define SYS_PREAD64 17
#define SYS_PWRITE64 18
#define SYS_SOCKET 41
#define SYS_FCNTL 72
#define SYS_FDATASYNC 75
#define SYS_GETUID 102
#define SYS_SETGROUPS 116
#define SYS_SETRESUID 117
#define SYS_SETRESGID 119
#define SYS_CAPSET 126
#define SYS_SIGALTSTACK 131
#define SYS_PRCTL 157
#define SYS_ARCH_PRCTL 158
#define SYS_CLOCK_GETTIME 228
#define SYS_EXIT_GROUP 231
#define SYS_PPOLL 271
#define SYS_EPOLL_PWAIT 281
#define SYS_TIMERFD_SETTIME 286
#define SYS_SECCOMP 317
#define SYS_GETRANDOM 318
#define SYS_CLOSE_RANGE 436

#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define ENODEV 19
#define EISDIR 21
#define EINVAL 22
#define EROFS 30

/* Answers the result, or the error number below zero. */
static inline long system_call6(long number, uint64_t a, uint64_t b, uint64_t c,
                                uint64_t d, uint64_t e, uint64_t f) {
    long result;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    register uint64_t r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
                       "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#define SYSTEM_CALL(number, a, b, c, d, e, f, ...)                             \
    system_call6(number, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c),          \
                 (uint64_t)(d), (uint64_t)(e), (uint64_t)(f))

/* A system call with up to six arguments. */
#define system_call(...) SYSTEM_CALL(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

struct timespec {
    int64_t seconds, nanoseconds;
};

#define O_RDONLY 0
#define O_RDWR 02
#define O_NONBLOCK 04000
#define O_DSYNC 010000
#define O_DIRECT 040000
#define O_CLOEXEC 02000000

struct pollfd {
    int fd;
    short events, revents;
};
#define POLLIN 1
#define POLLOUT 4

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1

/* The auxiliary vector. */
#define AT_NULL 0
#define AT_RANDOM 25
#define AT_SYSINFO_EHDR 33

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_PRIVATE 0x02
#define MAP_ANONYMOUS 0x20
#define MAP_NORESERVE 0x4000
#define MAP_POPULATE 0x8000
#define MAP_FIXED_NOREPLACE 0x100000

#endif
