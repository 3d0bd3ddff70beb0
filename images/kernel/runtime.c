/* What the C written by wasm2c calls: linear memory, function table, traps. Nothing is freed. */
#include "kernel.h"

#include <string.h>

#define PAGE 65536

/* The functions of the engine, from slot 1 on, as linkImage put them into the image. */
extern const struct wasm_rt_slot engine_table_start[], engine_table_end[];

/* With the functions of the kernel and of the fast paths behind. A call to a slot that is still empty traps. */
struct wasm_rt_slot wasm_rt_table[WASM_RT_TABLE_SIZE];
static u32 used_slots;

void runtime_start(void) {
    size_t count = engine_table_end - engine_table_start;
    memcpy(&wasm_rt_table[1], engine_table_start, count * sizeof *wasm_rt_table);
    used_slots = 1 + count;
}

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint64_t pages,
                             uint64_t max_pages, bool is64, uint32_t page_size) {
    memory->data = host_pointer(0);
    memory->page_size = page_size;
    uint64_t limit = platform_memory_limit() / PAGE;
    memory->max_pages = max_pages < limit ? max_pages : limit;
    /* All that the snapshot needs at once, more than (pages). */
    if (wasm_rt_grow_memory(memory, snapshot_memory() / PAGE) == UINT64_MAX)
        panic(STATUS_UNAVAILABLE, "not enough memory to start");
}

uint64_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint64_t pages) {
    uint64_t before = memory->pages;
    if (pages > memory->max_pages - before)
        return UINT64_MAX;
    uint64_t after = before + pages;
    if (!platform_memory_commit(before * PAGE, after * PAGE))
        return UINT64_MAX;
    memory->pages = after;
    memory->size = after * PAGE;
    return before;
}

/* In the slots of functions that linkImage left out, to which nothing in the snapshot refers. */
_Noreturn void runtime_dropped(void) {
    panic(STATUS_SOFTWARE, "the engine calls a function that images do not have");
}

u32 runtime_slot(wasm_rt_function_ptr_t call, u32 type) {
    if (used_slots == WASM_RT_TABLE_SIZE)
        panic(STATUS_SOFTWARE, "too many host functions");
    wasm_rt_table[used_slots] = (struct wasm_rt_slot){type, (uintptr_t)call};
    return used_slots++;
}

_Noreturn void wasm_rt_trap(wasm_rt_trap_t trap) {
    static const char *const names[] = {
        [WASM_RT_TRAP_NONE] = "no reason",
        [WASM_RT_TRAP_OOB] = "out-of-bounds block access",
        [WASM_RT_TRAP_INT_OVERFLOW] = "integer overflow",
        [WASM_RT_TRAP_DIV_BY_ZERO] = "division by zero",
        [WASM_RT_TRAP_INVALID_CONVERSION] = "invalid conversion to integer",
        [WASM_RT_TRAP_UNREACHABLE] = "abort",
        [WASM_RT_TRAP_CALL_INDIRECT] = "call of a wrong function",
        [WASM_RT_TRAP_NULL_REF] = "null reference",
        [WASM_RT_TRAP_UNALIGNED] = "unaligned atomic access",
        [WASM_RT_TRAP_EXHAUSTION] = "call stack exhausted",
    };
    kernel_fault(names[trap], (uint64_t)__builtin_return_address(0), NULL);
}
