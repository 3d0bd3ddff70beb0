/*
 * The few things that the engine, as WebAssembly, imports. It asks for randomness only
 * before the snapshot is taken.
 */
#include "kernel.h"

struct w2c_env;
struct w2c_wasi__snapshot__preview1;

#define SUCCESS 0
#define BAD_FILE 8
#define NOT_SUPPORTED 52

#define CLOCK_REALTIME 0

u32 w2c_wasi__snapshot__preview1_clock_time_get(
    struct w2c_wasi__snapshot__preview1 *wasi, u32 clock, u64 precision,
    u32 result) {
    *(uint64_t *)host_pointer(result) =
        clock == CLOCK_REALTIME ? platform_wall() : platform_monotonic();
    return SUCCESS;
}

/* The engine writes only what its debugging switches ask for. */
u32 w2c_wasi__snapshot__preview1_fd_write(
    struct w2c_wasi__snapshot__preview1 *wasi, u32 file, u32 vectors, u32 count,
    u32 written) {
    return BAD_FILE;
}

u32 w2c_wasi__snapshot__preview1_fd_close(
    struct w2c_wasi__snapshot__preview1 *wasi, u32 file) {
    return NOT_SUPPORTED;
}

u32 w2c_wasi__snapshot__preview1_fd_fdstat_get(
    struct w2c_wasi__snapshot__preview1 *wasi, u32 file, u32 result) {
    return BAD_FILE;
}

u32 w2c_wasi__snapshot__preview1_fd_seek(
    struct w2c_wasi__snapshot__preview1 *wasi, u32 file, u64 offset, u32 whence,
    u32 result) {
    return NOT_SUPPORTED;
}

/* Local time is UTC. */
u32 w2c_env_host_get_timezone_offset(struct w2c_env *env, u32 high, u32 low) {
    return 0;
}

/* The rest belongs to services of the engine that the kernel does not use. */

u32 w2c_env_host_interrupt(struct w2c_env *env) {
    return 0;
}

void w2c_env_host_promise_rejection(struct w2c_env *env, u32 promise,
                                    u32 reason, u32 is_handled) {}

u32 w2c_env_host_module_normalize(struct w2c_env *env, u32 base, u32 name) {
    return 0;
}

u32 w2c_env_host_module_load(struct w2c_env *env, u32 name, u32 length) {
    return 0;
}

u32 w2c_env_host_call(struct w2c_env *env, u32 name, u32 length, u32 this,
                      u32 argc, u32 argv) {
    return 0;
}
