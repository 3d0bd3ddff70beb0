/*
 * How C functions become functions of JavaScript.
 *
 * A host function has the type that the engine's own C functions have once they
 * went through WebAssembly. The kernel puts it into a spare slot of the engine's
 * function table and wraps the slot with JS_NewCFunction2: a call costs 50 ns.
 *
 * Values are NaN-boxed 64-bit words. (argv) is the offset in linear memory of
 * the arguments; there are always at least (length) of them, missing ones are
 * undefined. A function borrows its arguments and gives its result away.
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "quickjs.h"

typedef u64 host_call(u32 context, u64 this, u32 argc, u32 argv);

/* Starts the definition of a host function. */
#define HOST_CALL(name)                                                        \
    static u64 name(u32 context, u64 this, u32 argc, u32 argv)

struct host_function {
    const char *name;
    host_call *call;
    u32 length; /* how many arguments it takes */
};

/* Starts a table of members of `host`; those of all files of an image come together. */
#define HOST_FUNCTIONS                                                         \
    __attribute__((section(".host_functions"), used, aligned(8)))              \
    static const struct host_function functions[]

/*
 * Fast paths and native libraries. The builder generates one C file that defines
 * these: a module per AssemblyScript package of the image, its functions wrapped as
 * above, beside the modules that are C (native/ of a package), and
 * fast_instantiate, which instantiates the former on the engine's memory. It
 * runs after the engine was set up and before the program is called. Without
 * such a file the kernel's own weak, empty definitions hold.
 */
struct fast_module {
    const char *name;
    const struct host_function *functions;
    unsigned count;
};
extern const struct fast_module *const fast_modules[];
extern const unsigned fast_module_count;
void fast_instantiate(void);

/* The engine; fast paths share engine_instance.w2c_memory. */
extern w2c_quickjs engine_instance;

/* A byte of linear memory. */
static inline void *host_pointer(u32 address) {
    return (void *)(LINEAR_MEMORY_BASE + (u64)address);
}

static inline u64 host_argument(u32 argv, u32 index) {
    return ((const u64 *)host_pointer(argv))[index];
}

/* The tags of values are their upper 32 bits. Smaller ones are pointers. */
#define TAG_FIRST (-9)
#define TAG_INT 0
#define TAG_BOOL 1
#define TAG_UNDEFINED 3
#define TAG_EXCEPTION 6
#define TAG_FLOAT64 8

#define VALUE_UNDEFINED ((u64)TAG_UNDEFINED << 32)
#define VALUE_EXCEPTION ((u64)TAG_EXCEPTION << 32)
#define VALUE_FALSE ((u64)TAG_BOOL << 32)
#define VALUE_TRUE (VALUE_FALSE | 1)

/* What is subtracted from a double's bits, so that no double has a tag. */
#define FLOAT64_BIAS ((u64)(0x7ff80000 - TAG_FIRST + 1) << 32)

static inline int value_tag(u64 value) {
    return (int)(value >> 32);
}

static inline bool value_is_double(u64 value) {
    return (unsigned)(value_tag(value) - TAG_FIRST) >=
           (unsigned)(TAG_FLOAT64 - TAG_FIRST);
}

/* The number in (value), or NaN for what is not a number. */
static inline double value_number(u64 value) {
    if (value_tag(value) == TAG_INT || value_tag(value) == TAG_BOOL)
        return (s32)value;
    if (!value_is_double(value))
        return __builtin_nan("");
    u64 bits = value + FLOAT64_BIAS;
    double number;
    __builtin_memcpy(&number, &bits, sizeof number);
    return number;
}

/* The number in (value) modulo 2^32, so that both -1 and 4294967295 fit. */
static inline u32 value_u32(u64 value) {
    if (value_tag(value) == TAG_INT)
        return (u32)value;
    double number = value_number(value);
    if (number > -9.2e18 && number < 9.2e18)
        return (u32)(s64)number;
    return 0;
}

static inline u64 value_from_bool(bool is_true) {
    return is_true ? VALUE_TRUE : VALUE_FALSE;
}

static inline u64 value_from_int(s32 number) {
    return (u32)number;
}

static inline u64 value_from_double(double number) {
    u64 bits;
    if (number != number)
        return (0x7ff8000000000000ull) - FLOAT64_BIAS;
    __builtin_memcpy(&bits, &number, sizeof bits);
    return bits - FLOAT64_BIAS;
}

/* The bytes of a Uint8Array; false, with an exception pending, for others. */
bool value_bytes(u64 value, u32 *address, u32 *length);

/*
 * The text of (value) as UTF-8 with a NUL behind it, until text_free; false,
 * with an exception pending, when it has none.
 */
bool value_text(u64 value, u32 *address, u32 *length);
void text_free(u32 address);

/* Throws a TypeError: what a host function returns after wrong use. */
u64 host_throw(const char *message);

#endif
