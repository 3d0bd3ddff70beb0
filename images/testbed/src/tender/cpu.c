/*
 * The guest's instructions run in this process as they are. The few that only an operating system may
 * execute end in a signal and are done here; a fault of the guest goes to its own interrupt table.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "hvt.h"

#define HYPERCALL_PORT 0x500
#define HYPERCALLS 9
#define KICK_PORT 0x600

#define EFER 0xc0000080
#define EFER_LONG_MODE 0x500
#define EFER_NO_EXECUTE 0x800
#define FS_BASE 0xc0000100

/* As Solo5 enters a guest: PAE, OSFXSR, OSXMMEXCPT. */
#define CR4_AT_ENTRY 0x620
#define CR4_OSXSAVE (1 << 18)

#define GENERAL_PROTECTION 13
#define PAGE_FAULT 14
/* Exceptions with an error code. */
#define HAS_ERROR ((1u << 8) | (0x1fu << 10) | (1u << 17) | (1u << 21))

#define CODE_SEGMENT 8
#define DATA_SEGMENT 16

/* AT_HWCAP2: programs may change the FS base themselves. */
#define HAS_FSGSBASE 2

struct __attribute__((packed)) table {
    uint16_t limit;
    uint64_t base;
};

static struct table interrupts, descriptors;
static uint64_t task, efer = EFER_LONG_MODE, cr4 = CR4_AT_ENTRY, fault_address;
static uint64_t own_fs, guest_fs;
static bool has_fsgsbase;
static char stack[64 * 1024];

static void set_fs(uint64_t base) {
    if (has_fsgsbase) {
        __asm__ volatile("wrfsbase %0" ::"r"(base) : "memory");
    } else {
        long result;
        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "a"(SYS_arch_prctl), "D"(ARCH_SET_FS), "S"(base)
                         : "rcx", "r11", "memory");
    }
}

/* Where a signal's context has the registers, by their numbers in instructions. */
static greg_t *register_of(greg_t *registers, unsigned number) {
    static const int places[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                 REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                 REG_R12, REG_R13, REG_R14, REG_R15};
    return &registers[places[number & 15]];
}

struct instruction {
    const uint8_t *next; /* behind what was read so far */
    unsigned rex, reg, rm;
    bool is_memory;
    uint64_t address; /* where is_memory */
};

static int32_t read_displacement(struct instruction *at, unsigned size) {
    int32_t value = 0;
    memcpy(&value, at->next, size);
    at->next += size;
    return size == 1 ? (int8_t)value : value;
}

/* Reads ModR/M and what belongs to it (Intel's manual, volume 2, 2.1.5). */
static void read_operands(struct instruction *at, greg_t *registers) {
    uint8_t modrm = *at->next++;
    unsigned mod = modrm >> 6, rm = modrm & 7;
    at->reg = (modrm >> 3 & 7) | (at->rex & 4) << 1;
    at->rm = rm | (at->rex & 1) << 3;
    at->is_memory = mod != 3;
    if (!at->is_memory)
        return;
    uint64_t address = 0;
    bool has_base = true;
    if (rm == 4) {
        uint8_t sib = *at->next++;
        unsigned index = (sib >> 3 & 7) | (at->rex & 2) << 2, base = sib & 7;
        if (index != 4)
            address = (uint64_t)*register_of(registers, index) << (sib >> 6);
        has_base = !(base == 5 && mod == 0);
        if (has_base)
            address += (uint64_t)*register_of(registers, base | (at->rex & 1) << 3);
    } else if (rm == 5 && mod == 0) {
        int32_t displacement = read_displacement(at, 4);
        at->address = (uint64_t)at->next + (uint64_t)(int64_t)displacement;
        return;
    } else {
        address = (uint64_t)*register_of(registers, at->rm);
    }
    unsigned size = mod == 1 ? 1 : mod == 2 || !has_base ? 4 : 0;
    if (size != 0)
        address += (uint64_t)(int64_t)read_displacement(at, size);
    at->address = address;
}

static void write_port(uint16_t port, uint32_t value) {
    if (port > HYPERCALL_PORT && port < HYPERCALL_PORT + HYPERCALLS)
        hypercall(port - HYPERCALL_PORT, value);
    else if (port == KICK_PORT && guest.has_ring)
        ring_kick();
    else
        die("port 0x%x is none of a hypercall", port);
}

static void write_msr(uint32_t number, uint64_t value) {
    if (number == EFER && (value | EFER_NO_EXECUTE) == (EFER_LONG_MODE | EFER_NO_EXECUTE))
        efer = value;
    else if (number == FS_BASE)
        guest_fs = value;
    else
        die("0x%lx is nothing for the model-specific register 0x%x", value, number);
}

static uint64_t read_msr(uint32_t number) {
    if (number != EFER && number != FS_BASE)
        die("there is no model-specific register 0x%x", number);
    return number == EFER ? efer : guest_fs;
}

static void load_task(uint16_t selector) {
    uint64_t *descriptor = selector % 8 == 0 && selector + 15u <= descriptors.limit
                               ? mmu_pointer(descriptors.base + selector, 16)
                               : NULL;
    if (descriptor == NULL || (descriptor[0] >> 40 & 0x9f) != 0x89)
        die("the task register cannot be loaded with 0x%x", selector);
    descriptor[0] |= 2ull << 40; /* busy */
    task = (descriptor[0] >> 16 & 0xffffff) | (descriptor[0] >> 56) << 24 | descriptor[1] << 32;
}

static void move_control(greg_t *registers, const struct instruction *at, bool is_write) {
    greg_t *other = register_of(registers, at->rm);
    if (is_write && at->reg == 3)
        mmu_load((uint64_t)*other, (efer & EFER_NO_EXECUTE) != 0);
    else if (!is_write && at->reg == 2)
        *other = (greg_t)fault_address;
    else if (!is_write && at->reg == 4)
        *other = (greg_t)cr4;
    else if (at->reg == 4 && ((uint64_t)*other | CR4_OSXSAVE) == (CR4_AT_ENTRY | CR4_OSXSAVE))
        cr4 = (uint64_t)*other;
    else
        die("control register %u is not for guests", at->reg);
}

/* XSETBV: Linux has turned on what there is, and the guest may turn on no more. */
static void set_vector_state(const greg_t *registers, uint64_t value) {
    uint32_t low, high;
    if (!(cr4 & CR4_OSXSAVE) || (uint32_t)registers[REG_RCX] != 0)
        die("XSETBV without CR4.OSXSAVE, or for a register other than 0");
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((value & 1) == 0 || (value & ~((uint64_t)high << 32 | low)) != 0)
        die("XSETBV with 0x%lx, of which this CPU has 0x%x", value, low);
}

/* Does the instruction behind 0F; false when it is not one of a kernel. */
static bool do_two_bytes(greg_t *registers, struct instruction *at) {
    uint8_t code = *at->next++;
    uint64_t pair = (uint64_t)registers[REG_RDX] << 32 | (uint32_t)registers[REG_RAX];
    switch (code) {
    case 0x00: /* LTR */
        read_operands(at, registers);
        if (at->reg != 3 || at->is_memory)
            return false;
        load_task((uint16_t)*register_of(registers, at->rm));
        return true;
    case 0x01: /* LGDT, LIDT, XSETBV */
        read_operands(at, registers);
        if (!at->is_memory && at->reg == 2 && at->rm == 1) {
            set_vector_state(registers, pair);
            return true;
        }
        if (!at->is_memory || (at->reg != 2 && at->reg != 3))
            return false;
        memcpy(at->reg == 2 ? &descriptors : &interrupts, (void *)at->address, sizeof interrupts);
        return true;
    case 0x20: /* MOV from and to control registers */
    case 0x22:
        read_operands(at, registers);
        move_control(registers, at, code == 0x22);
        return true;
    case 0x30: /* WRMSR */
        write_msr((uint32_t)registers[REG_RCX], pair);
        return true;
    case 0x32: /* RDMSR */
        pair = read_msr((uint32_t)registers[REG_RCX]);
        registers[REG_RAX] = (uint32_t)pair;
        registers[REG_RDX] = (greg_t)(pair >> 32);
        return true;
    default:
        return false;
    }
}

/* Does the instruction that caused a general protection fault; false when it is the guest's. */
static bool do_instruction(greg_t *registers) {
    struct instruction at = {.next = (const uint8_t *)registers[REG_RIP]};
    if ((*at.next & 0xf0) == 0x40)
        at.rex = *at.next++;
    uint8_t code = *at.next++;
    if (code == 0xef || code == 0xe7) /* OUT of 32 bits */
        write_port(code == 0xef ? (uint16_t)registers[REG_RDX] : *at.next++,
                   (uint32_t)registers[REG_RAX]);
    else if (code == 0xf4)
        die("the guest halts the CPU: no interrupt would ever wake it");
    else if (code != 0x0f || !do_two_bytes(registers, &at))
        return false;
    registers[REG_RIP] = (greg_t)at.next;
    return true;
}

/* Enters the guest's handler of the exception (vector), as the CPU would. */
static void deliver(greg_t *registers, unsigned vector, uint64_t error) {
    uint64_t *gate = vector * 16 + 15 <= interrupts.limit
                         ? mmu_pointer(interrupts.base + vector * 16, 16)
                         : NULL;
    if (gate == NULL || (gate[0] >> 40 & 0x9f) != 0x8e || (gate[0] >> 16 & 0xffff) != CODE_SEGMENT)
        die("exception %u without a handler: at 0x%llx, address 0x%lx", vector,
            registers[REG_RIP], fault_address);
    unsigned alternate = gate[0] >> 32 & 7;
    uint64_t top = (uint64_t)registers[REG_RSP];
    if (alternate != 0) {
        uint64_t *stacks = mmu_pointer(task + 36 + 8 * (alternate - 1), 8);
        if (task == 0 || stacks == NULL)
            die("exception %u has a stack of its own, but there is no task state", vector);
        memcpy(&top, stacks, sizeof top);
    }
    uint64_t frame[] = {error,          (uint64_t)registers[REG_RIP], CODE_SEGMENT,
                        (uint64_t)registers[REG_EFL], (uint64_t)registers[REG_RSP], DATA_SEGMENT};
    bool has_error = vector < 32 && (HAS_ERROR >> vector & 1);
    uint64_t size = has_error ? sizeof frame : sizeof frame - 8;
    top = (top & ~15ull) - size;
    void *place = mmu_pointer(top, size);
    if (place == NULL)
        die("exception %u: there is no stack at 0x%lx", vector, top);
    memcpy(place, frame + (has_error ? 0 : 1), size);
    registers[REG_RSP] = (greg_t)top;
    registers[REG_RIP] = (greg_t)((gate[0] & 0xffff) | (gate[0] >> 48) << 16 | gate[1] << 32);
    registers[REG_EFL] &= ~0x300; /* no interrupts, no single steps */
}

static void on_signal(int signal, siginfo_t *info, void *context) {
    set_fs(own_fs);
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    unsigned vector = (unsigned)registers[REG_TRAPNO];
    uint64_t error = (uint64_t)registers[REG_ERR];
    if (signal == SIGSYS)
        die("the guest makes a system call, at %p", info->si_call_addr);
    if (vector == PAGE_FAULT) {
        uint64_t address = (uint64_t)registers[REG_CR2];
        if (!mmu_fault(address, error)) {
            fault_address = address;
            /* A guest is no user; whether the page is present, its own tables say. */
            error = (error & 0x12) | (mmu_pointer(address, 1) != NULL);
            deliver(registers, vector, error);
        }
    } else if (vector != GENERAL_PROTECTION || !do_instruction(registers)) {
        deliver(registers, vector, error);
    }
    set_fs(guest_fs);
}

/* System calls from anywhere but the tender's own code end in SIGSYS. */
static void forbid_system_calls(void) {
    extern const char __executable_start, etext;
    if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, &__executable_start,
              &etext - &__executable_start, NULL) < 0)
        die("this Linux cannot keep a guest from system calls (from 5.11 on): %s",
            strerror(errno));
}

_Noreturn void cpu_run(uint64_t entry, uint64_t top, uint64_t argument) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaltstack(&alternate, NULL);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
    has_fsgsbase = (getauxval(AT_HWCAP2) & HAS_FSGSBASE) != 0;
    __asm__("mov %%fs:0, %0" : "=r"(own_fs));
    forbid_system_calls();
    set_fs(guest_fs);
    __asm__ volatile("mov %0, %%rsp\n\tpush $2\n\tpopf\n\txor %%ebp, %%ebp\n\tjmp *%1" ::"r"(top),
                     "r"(entry), "D"(argument));
    __builtin_unreachable();
}
