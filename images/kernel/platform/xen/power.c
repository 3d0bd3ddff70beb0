/* The end of the domain, and the time that it does not exist (xen/include/public/sched.h). */
#include "xen.h"

#define SHUTDOWN 2

#define OFF 0
#define SUSPEND 2
#define CRASH 3

/* Answers only after a suspend: whether the domain was resumed, not just told to go on. */
static bool shut_down(uint32_t reason) {
    return hypercall(SCHED_OP, SHUTDOWN, (uint64_t)&reason, 0) == 0;
}

/* `on_crash` of the domain's configuration says what happens after another status than 0. */
_Noreturn void platform_halt(int status) {
    if (status != 0) {
        print("atoll: exit status ");
        print_number((uint64_t)status);
        print("\n");
    }
    console_drain();
    shut_down(status == 0 ? OFF : CRASH);
    __builtin_trap();
}

HOST_CALL(call_shutdown) {
    u32 reason = value_u32(host_argument(argv, 0));
    if (reason > SUSPEND)
        return host_throw("shutdown: no such reason");
    if (reason != SUSPEND)
        console_drain();
    uint64_t now = platform_monotonic();
    if (!shut_down(reason))
        return VALUE_FALSE;
    pages_start();
    time_start(now);
    return VALUE_TRUE;
}

HOST_CALL(call_fence) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return VALUE_UNDEFINED;
}

HOST_FUNCTIONS = {
    {"shutdown", call_shutdown, 1},
    {"fence", call_fence, 0},
};
