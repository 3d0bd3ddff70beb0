/* The engine, its one context, and values of JavaScript. */
#include "kernel.h"

#include <string.h>

/* Rejected promises without a handler that may be pending at one time. */
#define REJECTIONS 64

#define SCRATCH_SIZE 256

/* What lies below the engine's heap, its stack and static data, rounded up. */
#define STATIC_MEMORY (5 << 18)

/* Bytes at which garbage is collected first: programs should have started by then. */
#define FIRST_COLLECTION (4 << 20)

w2c_quickjs engine_instance;
u32 engine_context;

static u32 runtime;

/* A little linear memory for texts and for results by pointer, and some for arguments. */
static u32 scratch, arguments;

static struct rejection {
    u64 promise, reason;
} rejections[REJECTIONS];
static unsigned rejection_count;

static void track_rejection(u32 context, u64 promise, u64 reason,
                            u32 is_handled, u32 opaque);
static void check_values(void);

u64 engine_start(void) {
    runtime_start();
    wasm2c_quickjs_instantiate(NULL, NULL);
    u64 program = snapshot_restore();
    runtime = w2c_quickjs_qjs_get_runtime_ptr();
    engine_context = w2c_quickjs_qjs_get_context_ptr();
    scratch = w2c_quickjs_malloc(SCRATCH_SIZE);
    arguments = w2c_quickjs_malloc(ARGUMENTS * sizeof(u64));
    check_values();

    w2c_quickjs_JS_SetMaxStackSize(runtime, JAVASCRIPT_STACK);
    /*
     * The engine must refuse an allocation before the platform does: then it
     * keeps enough back to construct the error. One part in 32 is what its
     * allocator needs for itself.
     */
    uint64_t heap = platform_memory_limit() - STATIC_MEMORY;
    w2c_quickjs_qjs_set_memory_limit((u32)(heap - heap / 32));
    u32 threshold = heap / 2 < FIRST_COLLECTION ? (u32)(heap / 2) : FIRST_COLLECTION;
    w2c_quickjs_qjs_set_gc_threshold(threshold);

    u32 tracker = runtime_slot((wasm_rt_function_ptr_t)track_rejection,
                               FUNC_TYPE_VOID_I32_I64_I64_I32_I32);
    w2c_quickjs_JS_SetHostPromiseRejectionTracker(runtime, tracker, 0);
    return program;
}

/* host.h knows how values are encoded; make sure that the engine agrees. */
static void check_values(void) {
    u32 context = engine_context;
    if (w2c_quickjs_JS_NewNumber(context, 7) != value_from_int(7) ||
        w2c_quickjs_JS_NewNumber(context, 0.5) != value_from_double(0.5))
        panic(STATUS_SOFTWARE, "the engine encodes values in an unknown way");
}

u32 engine_text(const char *text) {
    size_t size = strlen(text) + 1;
    if (size > SCRATCH_SIZE)
        panic(STATUS_SOFTWARE, "a name is too long");
    memcpy(host_pointer(scratch), text, size);
    return scratch;
}

u64 engine_function(const struct host_function *function) {
    u32 slot = runtime_slot((wasm_rt_function_ptr_t)function->call,
                            FUNC_TYPE_I64_I32_I64_I32_I32);
    u32 name = engine_text(function->name);
    return w2c_quickjs_JS_NewCFunction2(engine_context, slot, name,
                                        function->length, 0, 0);
}

void engine_set(u64 object, const char *name, u64 value) {
    u32 text = engine_text(name);
    w2c_quickjs_JS_SetPropertyStr(engine_context, object, text, value);
}

u64 engine_string(const char *text, size_t length) {
    u32 copy = w2c_quickjs_malloc((u32)length + 1);
    if (copy == 0)
        panic(STATUS_UNAVAILABLE, "not enough memory for the boot arguments");
    memcpy(host_pointer(copy), text, length);
    u64 value = w2c_quickjs_JS_NewStringLen(engine_context, copy, (u32)length);
    w2c_quickjs_free(copy);
    return value;
}

bool value_bytes(u64 value, u32 *address, u32 *length) {
    u32 context = engine_context;
    *address = w2c_quickjs_JS_GetUint8Array(context, scratch, value);
    *length = *(u32 *)host_pointer(scratch);
    /* An empty array has no memory, and that is no error. */
    return *address != 0 || !w2c_quickjs_JS_HasException(context);
}

bool value_text(u64 value, u32 *address, u32 *length) {
    *address = w2c_quickjs_JS_ToCStringLen2(engine_context, scratch, value, 0);
    *length = *(u32 *)host_pointer(scratch);
    return *address != 0;
}

void text_free(u32 address) {
    w2c_quickjs_JS_FreeCString(engine_context, address);
}

u64 host_throw(const char *message) {
    return w2c_quickjs_JS_ThrowTypeError(engine_context, engine_text(message), 0);
}

double engine_call(u64 function, unsigned count, const double *numbers) {
    u64 *values = host_pointer(arguments);
    for (unsigned i = 0; i < count; i++)
        values[i] = value_from_double(numbers[i]);
    u64 result = w2c_quickjs_JS_Call(engine_context, function, VALUE_UNDEFINED,
                                     count, arguments);
    if (result == VALUE_EXCEPTION)
        engine_exception("uncaught exception");
    double number = value_number(result);
    w2c_quickjs_JS_FreeValue(engine_context, result);
    return number;
}

bool engine_jobs(void) {
    bool any = false;
    while (w2c_quickjs_JS_IsJobPending(runtime)) {
        any = true;
        if ((s32)w2c_quickjs_JS_ExecutePendingJob(runtime, scratch) < 0)
            engine_exception("uncaught exception");
    }
    if (rejection_count > 0) {
        w2c_quickjs_JS_Throw(engine_context, rejections[0].reason);
        engine_exception("unhandled rejection");
    }
    return any;
}

static void track_rejection(u32 context, u64 promise, u64 reason,
                            u32 is_handled, u32 opaque) {
    if (!is_handled) {
        if (rejection_count == REJECTIONS)
            panic(STATUS_SOFTWARE, "too many unhandled rejections");
        rejections[rejection_count++] = (struct rejection){
            w2c_quickjs_JS_DupValue(context, promise),
            w2c_quickjs_JS_DupValue(context, reason),
        };
        return;
    }
    for (unsigned i = 0; i < rejection_count; i++) {
        if (rejections[i].promise != promise)
            continue;
        w2c_quickjs_JS_FreeValue(context, rejections[i].promise);
        w2c_quickjs_JS_FreeValue(context, rejections[i].reason);
        rejections[i] = rejections[--rejection_count];
        return;
    }
}

/* Prints (value) as String() would, or says that this failed. */
static void print_value(u64 value) {
    u32 text, length;
    if (value_text(value, &text, &length))
        platform_write(host_pointer(text), length);
    else
        print("(a value without text)");
}

_Noreturn void engine_exception(const char *what) {
    u64 error = w2c_quickjs_JS_GetException(engine_context);
    print("atoll: ");
    print(what);
    print(": ");
    print_value(error);
    print("\n");
    if (w2c_quickjs_JS_IsError(error)) {
        print_value(w2c_quickjs_JS_GetPropertyStr(engine_context, error,
                                                  engine_text("stack")));
    }
    platform_halt(STATUS_SOFTWARE);
}
