/*
 * What the C written by wasm2c needs from its surroundings: types, and the few
 * functions that the kernel's runtime.c defines. Linear memory lies at the
 * constant LINEAR_MEMORY_BASE; unmapped space behind it replaces bounds checks.
 */
#ifndef WASM_RT_H
#define WASM_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define wasm_rt_memcpy __builtin_memcpy
#define wasm_rt_unreachable __builtin_unreachable

/* An access beyond the memory faults in the guard space. */
#define WASM_RT_MEMCHECK_GUARD_PAGES 1

typedef enum {
    WASM_RT_TRAP_NONE,
    WASM_RT_TRAP_OOB,
    WASM_RT_TRAP_INT_OVERFLOW,
    WASM_RT_TRAP_DIV_BY_ZERO,
    WASM_RT_TRAP_INVALID_CONVERSION,
    WASM_RT_TRAP_UNREACHABLE,
    WASM_RT_TRAP_CALL_INDIRECT,
    WASM_RT_TRAP_NULL_REF,
    WASM_RT_TRAP_UNALIGNED,
    WASM_RT_TRAP_EXHAUSTION,
} wasm_rt_trap_t;

typedef enum {
    WASM_RT_I32,
    WASM_RT_I64,
    WASM_RT_F32,
    WASM_RT_F64,
    WASM_RT_V128,
    WASM_RT_FUNCREF,
    WASM_RT_EXTERNREF,
    WASM_RT_EXNREF,
} wasm_rt_type_t;

typedef void (*wasm_rt_function_ptr_t)(void);
typedef const char* wasm_rt_func_type_t;

typedef struct wasm_rt_tailcallee {
    void (*fn)(void** instance, void* stack, struct wasm_rt_tailcallee* next);
} wasm_rt_tailcallee_t;

/* Tables of functions as wasm2c has them. Only the engine has one, and it is another: */
typedef struct {
    wasm_rt_func_type_t func_type;
    wasm_rt_function_ptr_t func;
    wasm_rt_tailcallee_t func_tailcallee;
    void* module_instance;
} wasm_rt_funcref_t;

typedef struct {
    wasm_rt_funcref_t* data;
    uint32_t max_size;
    uint32_t size;
} wasm_rt_funcref_table_t;

typedef void* wasm_rt_externref_t;
typedef struct {
    wasm_rt_externref_t* data;
    uint32_t max_size;
    uint32_t size;
} wasm_rt_externref_table_t;

#define wasm_rt_externref_null_value ((wasm_rt_externref_t)0)
#define wasm_rt_funcref_null_value ((wasm_rt_funcref_t){0, 0, {0}, 0})

typedef struct {
    uint8_t* data;
    uint64_t pages, max_pages;
    uint64_t size; /* bytes */
    uint32_t page_size;
    bool is64;
} wasm_rt_memory_t;

/*
 * The engine's table: functions by their addresses, which fit, and the numbers of
 * their types. An empty slot has type 0. The linker has a list of the engine's own
 * functions, from slot 1 on; the kernel copies it, and adds others behind.
 */
struct wasm_rt_slot {
    uint32_t type, function;
};
#define WASM_RT_TABLE_SIZE 2048
extern struct wasm_rt_slot wasm_rt_table[WASM_RT_TABLE_SIZE];

_Noreturn void wasm_rt_trap(wasm_rt_trap_t);

void wasm_rt_allocate_memory(wasm_rt_memory_t*, uint64_t pages,
                             uint64_t max_pages, bool is64, uint32_t page_size);
uint64_t wasm_rt_grow_memory(wasm_rt_memory_t*, uint64_t pages);
void wasm_rt_free_memory(wasm_rt_memory_t*);

void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t*);

#endif
