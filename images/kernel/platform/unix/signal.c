/* Signals: faults are reported from a stack of their own, SIGTERM ends. */
#include "unix.h"

#define SIGINT 2
#define SIGILL 4
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11
#define SIGPIPE 13
#define SIGTERM 15

#define SA_SIGINFO 0x4
#define SA_RESTORER 0x4000000
#define SA_ONSTACK 0x8000000

/* A fault without an address: a non-canonical pointer, a privileged instruction. */
#define SI_KERNEL 0x80

struct signal_action {
    void (*handler)(int signal, const void *info, const void *context);
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
};
struct signal_stack {
    void *memory;
    int flags;
    uint64_t size;
};
struct signal_info {
    int signal, error, code;
    uint64_t address;
};
struct signal_context {
    uint64_t flags, link;
    struct signal_stack stack;
    uint64_t registers[16];
    uint64_t pc;
};

static char stack[64 * 1024] __attribute__((aligned(16)));

static void on_fault(int signal, const void *siginfo, const void *context) {
    const struct signal_info *info = siginfo;
    const struct signal_context *at = context;
    const char *what = signal == SIGSEGV  ? "memory fault"
                       : signal == SIGBUS ? "bus error"
                       : signal == SIGFPE ? "arithmetic fault"
                                          : "illegal instruction";
    bool has_address = signal == SIGSEGV && info->code != SI_KERNEL;
    kernel_fault(what, at->pc, has_address ? &info->address : NULL);
}

/* Nothing needs to be put away: all state is in the devices, or gone. */
static void on_end(int signal, const void *info, const void *context) {
    platform_halt(0);
}

static void on_pipe(int signal, const void *info, const void *context) {}

__attribute__((naked)) static void restorer(void) {
    __asm__("mov $15, %eax\n\tsyscall"); /* SYS_RT_SIGRETURN */
}

static void handle(int signal,
                   void (*handler)(int, const void *, const void *)) {
    struct signal_action action = {
        handler, SA_SIGINFO | SA_RESTORER | SA_ONSTACK, restorer, 0};
    system_call(SYS_RT_SIGACTION, signal, &action, NULL, sizeof action.mask);
}

void signal_start(void) {
    struct signal_stack alternate = {stack, 0, sizeof stack};
    system_call(SYS_SIGALTSTACK, &alternate, NULL);
    handle(SIGSEGV, on_fault);
    handle(SIGBUS, on_fault);
    handle(SIGFPE, on_fault);
    handle(SIGILL, on_fault);
    handle(SIGTERM, on_end);
    handle(SIGINT, on_end);
    handle(SIGPIPE, on_pipe);
}
