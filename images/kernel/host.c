/* The object `host` and its functions; host.ts says what each of them does. */
#include "kernel.h"

#include <string.h>

u64 host_step = VALUE_UNDEFINED;

HOST_CALL(call_write) {
    u32 text, length;
    if (!value_text(host_argument(argv, 0), &text, &length))
        return VALUE_EXCEPTION;
    platform_write(host_pointer(text), length);
    text_free(text);
    return VALUE_UNDEFINED;
}

HOST_CALL(call_monotonic) {
    return value_from_double((double)platform_monotonic() / 1e6);
}

HOST_CALL(call_wall_clock) {
    return value_from_double((double)platform_wall() / 1e6);
}

HOST_CALL(call_entropy) {
    u32 bytes, length;
    if (!value_bytes(host_argument(argv, 0), &bytes, &length))
        return VALUE_EXCEPTION;
    entropy_fill(host_pointer(bytes), length);
    return VALUE_UNDEFINED;
}

HOST_CALL(call_seed) {
    u32 bytes, length;
    if (!value_bytes(host_argument(argv, 0), &bytes, &length))
        return VALUE_EXCEPTION;
    entropy_add(host_pointer(bytes), length);
    return VALUE_UNDEFINED;
}

/* What the program has in memory besides linear memory: image and stack. */
static double fixed_memory(void) {
    return (double)(image_end - image_start) +
           (double)(LINEAR_MEMORY_BASE - STACK_BOTTOM);
}

HOST_CALL(call_memory_used) {
    return value_from_double(fixed_memory() + (double)engine_instance.w2c_memory.size);
}

HOST_CALL(call_memory_size) {
    return value_from_double(fixed_memory() + (double)platform_memory_limit());
}

HOST_CALL(call_halt) {
    platform_halt((int)(value_u32(host_argument(argv, 0)) & 255));
}

HOST_CALL(call_run) {
    u64 step = host_argument(argv, 0);
    if (!w2c_quickjs_JS_IsFunction(context, step))
        return host_throw("run: not a function");
    w2c_quickjs_JS_FreeValue(context, host_step);
    host_step = w2c_quickjs_JS_DupValue(context, step);
    return VALUE_UNDEFINED;
}

HOST_CALL(call_address) {
    u32 bytes, length;
    if (!value_bytes(host_argument(argv, 0), &bytes, &length))
        return VALUE_EXCEPTION;
    return value_from_double(bytes);
}

/* Math.random: 53 bits of the generator, as a number from 0 to below 1. */
HOST_CALL(call_random) {
    uint64_t bits;
    entropy_fill(&bits, sizeof bits);
    return value_from_double((double)(bits >> 11) * 0x1p-53);
}

HOST_FUNCTIONS = {
    {"write", call_write, 1},
    {"monotonic", call_monotonic, 0},
    {"wallClock", call_wall_clock, 0},
    {"entropy", call_entropy, 1},
    {"seed", call_seed, 1},
    {"memoryUsed", call_memory_used, 0},
    {"memorySize", call_memory_size, 0},
    {"halt", call_halt, 1},
    {"run", call_run, 1},
    {"address", call_address, 1},
};

/* image.ld: the tables of all files. */
extern const struct host_function host_functions_start[], host_functions_end[];

static const struct host_function random_function = {"random", call_random, 0};

static void add_functions(u64 object, const struct host_function *functions,
                          unsigned count) {
    for (unsigned i = 0; i < count; i++)
        engine_set(object, functions[i].name, engine_function(&functions[i]));
}

static u64 fast_object(void) {
    u64 fast = w2c_quickjs_JS_NewObject(engine_context);
    for (unsigned i = 0; i < fast_module_count; i++) {
        u64 module = w2c_quickjs_JS_NewObject(engine_context);
        add_functions(module, fast_modules[i]->functions,
                      fast_modules[i]->count);
        engine_set(fast, fast_modules[i]->name, module);
    }
    return fast;
}

void host_start(void) {
    u32 context = engine_context;
    u64 global = w2c_quickjs_JS_GetGlobalObject(context);
    u64 host = w2c_quickjs_JS_NewObject(context);
    size_t length;
    const char *arguments = platform_arguments(&length);

    engine_set(host, "abi", value_from_int(ATOLL_ABI));
    engine_set(host, "isSeeded", entropy_seeded ? VALUE_TRUE : VALUE_FALSE);
    engine_set(host, "platform",
               engine_string(platform_name, strlen(platform_name)));
    engine_set(host, "bootArguments", engine_string(arguments, length));
    add_functions(host, host_functions_start,
                  (unsigned)(host_functions_end - host_functions_start));
    engine_set(host, "fast", fast_object());
    engine_set(global, "host", host);

    u64 math = w2c_quickjs_JS_GetPropertyStr(context, global,
                                             engine_text("Math"));
    engine_set(math, "random", engine_function(&random_function));
    w2c_quickjs_JS_FreeValue(context, math);
    w2c_quickjs_JS_FreeValue(context, global);
}
