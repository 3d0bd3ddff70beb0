/* The kernel's one thread: set up, call the program, then step and sleep. */
#include "kernel.h"

/* What runs of the fast paths when the image has none. */
__attribute__((weak)) const struct fast_module *const fast_modules[1];
__attribute__((weak)) const unsigned fast_module_count = 0;
__attribute__((weak)) void fast_instantiate(void) {}

/* Where the program moves all frames itself. */
__attribute__((weak)) bool responders_answer(void) {
    return false;
}

static uint64_t deadline_of(double milliseconds) {
    /* Also false for NaN: a step that answers nonsense is called at once. */
    if (milliseconds >= 1e13)
        return UINT64_MAX;
    return milliseconds > 0 ? (uint64_t)(milliseconds * 1e6) : 0;
}

_Noreturn void kernel_main(void) {
    entropy_start();
    u64 program = engine_start();
    fast_instantiate();
    host_start();
    engine_call(program, 0, NULL);
    engine_jobs();
    while (host_step != VALUE_UNDEFINED) {
        double next = engine_call(host_step, 0, NULL);
        if (engine_jobs())
            continue;
        uint64_t deadline = deadline_of(next);
        while (deadline > platform_monotonic()) {
            platform_wait(deadline);
            if (!responders_answer())
                break;
        }
    }
    platform_halt(0);
}
