/* The last words: reports of faults. */
#include "kernel.h"

struct kernel_tls kernel_tls;

/* As much below the stack as one frame may leap over its end. */
#define STACK_GUARD (64 * 1024)

static void print_address(uint64_t address) {
    if (address < 4096) {
        print(": access through a null pointer, address ");
        print_hex(address);
    } else if (address < STACK_BOTTOM && address >= STACK_BOTTOM - STACK_GUARD) {
        print(": stack overflow at address ");
        print_hex(address);
    } else if (address >= LINEAR_MEMORY_BASE &&
               address < LINEAR_MEMORY_BASE + GUARD_SPACE) {
        print(": out-of-bounds access at linear address ");
        print_hex(address - LINEAR_MEMORY_BASE);
    } else {
        print(": access to address ");
        print_hex(address);
    }
}

_Noreturn void kernel_fault(const char *what, uint64_t pc,
                            const uint64_t *address) {
    static bool reported;
    if (!reported) {
        reported = true;
        print("atoll: fault: ");
        print(what);
        if (address != NULL)
            print_address(*address);
        print(", at instruction ");
        print_hex(pc);
        print("\n");
    }
    platform_halt(STATUS_TRAP);
}

/* What compiled C calls when a canary was overwritten, or would be. */
_Noreturn void __stack_chk_fail(void);
_Noreturn void __chk_fail(void);

_Noreturn void __stack_chk_fail(void) {
    kernel_fault("stack buffer overrun",
                 (uint64_t)__builtin_return_address(0), NULL);
}

_Noreturn void __chk_fail(void) {
    kernel_fault("buffer overrun", (uint64_t)__builtin_return_address(0), NULL);
}
