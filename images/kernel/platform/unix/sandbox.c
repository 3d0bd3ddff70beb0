/* Giving up what the program no longer needs: privileges, then system calls. */
#include "unix.h"

#define PR_SET_DUMPABLE 4
#define PR_CAPBSET_DROP 24
#define PR_SET_NO_NEW_PRIVS 38
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_CLEAR_ALL 4

#define LAST_CAPABILITY 63
#define CAPABILITY_VERSION_3 0x20080522

#define SECCOMP_SET_MODE_FILTER 1
#define SECCOMP_RET_KILL_PROCESS 0x80000000
#define SECCOMP_RET_ALLOW 0x7fff0000
#define AUDIT_ARCH_X86_64 0xc000003e

/* Offsets in the structure that a filter sees; arguments are 64 bits, low half first. */
#define DATA_NUMBER 0
#define DATA_ARCHITECTURE 4
#define DATA_ARGUMENT(n) (16 + 8 * (n))

/* Classic BPF. */
#define LOAD 0x20
#define RETURN 0x06
#define JUMP_EQUAL 0x15
#define JUMP_GREATER 0x25
#define JUMP_GREATER_EQUAL 0x35

static struct instruction {
    uint16_t code;
    uint8_t if_true, if_false;
    uint32_t operand;
} filter[64];
static unsigned filter_length;

static void emit(uint16_t code, uint32_t operand, uint8_t if_true,
                 uint8_t if_false) {
    filter[filter_length++] =
        (struct instruction){code, if_true, if_false, operand};
}

static void kill_unless_equal(uint32_t offset, uint32_t value) {
    emit(LOAD, offset, 0, 0);
    emit(JUMP_EQUAL, value, 1, 0);
    emit(RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
}

static void allow(uint32_t number) {
    emit(JUMP_EQUAL, number, 0, 1);
    emit(RETURN, SECCOMP_RET_ALLOW, 0, 0);
}

/* Allows (number) for descriptors from (first) to (last), and (other). */
static void allow_files(uint32_t number, int first, int last, int other) {
    emit(JUMP_EQUAL, number, 0, 6);
    emit(LOAD, DATA_ARGUMENT(0), 0, 0);
    emit(JUMP_EQUAL, (uint32_t)other, 2, 0);
    emit(JUMP_GREATER_EQUAL, (uint32_t)first, 0, 2);
    emit(JUMP_GREATER, (uint32_t)last, 1, 0);
    emit(RETURN, SECCOMP_RET_ALLOW, 0, 0);
    emit(RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
}

/* Allows to make linear memory readable and writable, nothing else. */
static void allow_commit(void) {
    emit(JUMP_EQUAL, SYS_MPROTECT, 0, 8);
    emit(LOAD, DATA_ARGUMENT(2), 0, 0);
    emit(JUMP_EQUAL, PROT_READ | PROT_WRITE, 0, 5);
    emit(LOAD, DATA_ARGUMENT(0) + 4, 0, 0);
    emit(JUMP_EQUAL, 0, 0, 3);
    emit(LOAD, DATA_ARGUMENT(0), 0, 0);
    emit(JUMP_GREATER_EQUAL, LINEAR_MEMORY_BASE, 0, 1);
    emit(RETURN, SECCOMP_RET_ALLOW, 0, 0);
    emit(RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
}

static void require(long result, const char *what) {
    if (result < 0)
        refuse(STATUS_UNAVAILABLE, (const char *[]){"cannot ", what, NULL}, result);
}

static void drop_privileges(uint32_t user) {
    /* While still root: what no later program could get back. */
    for (int capability = 0; capability <= LAST_CAPABILITY; capability++)
        system_call(SYS_PRCTL, PR_CAPBSET_DROP, capability, 0, 0, 0);
    system_call(SYS_PRCTL, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (system_call(SYS_GETUID) == 0) {
        require(system_call(SYS_SETGROUPS, 0, NULL), "leave all groups");
        require(system_call(SYS_SETRESGID, user, user, user), "change the group");
        require(system_call(SYS_SETRESUID, user, user, user), "change the user");
    }
    struct {
        uint32_t version;
        int process;
    } header = {CAPABILITY_VERSION_3, 0};
    uint32_t none[6] = {0};
    require(system_call(SYS_CAPSET, &header, none), "drop capabilities");
    require(system_call(SYS_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
            "forbid new privileges");
    /* Keys in memory must not end in a core file. */
    require(system_call(SYS_PRCTL, PR_SET_DUMPABLE, 0, 0, 0, 0),
            "forbid core files");
}

void sandbox_enter(uint32_t user) {
    drop_privileges(user);

    kill_unless_equal(DATA_ARCHITECTURE, AUDIT_ARCH_X86_64);
    emit(LOAD, DATA_NUMBER, 0, 0);
    allow_files(SYS_READ, network_first, network_last, network_first);
    allow_files(SYS_WRITE, network_first, network_last, 1);
    if (block_last >= block_first) {
        allow_files(SYS_PREAD64, block_first, block_last, block_first);
        allow_files(SYS_PWRITE64, block_first, block_last, block_first);
        allow_files(SYS_FDATASYNC, block_first, block_last, block_first);
    }
    allow(SYS_PPOLL);
    allow(SYS_CLOCK_GETTIME);
    allow(SYS_RT_SIGRETURN);
    allow(SYS_EXIT_GROUP);
    allow_commit();
    /* The generator's seed: no secret, and no effect on anything else. */
    allow(SYS_GETRANDOM);
    emit(RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);

    struct {
        uint16_t length;
        struct instruction *instructions;
    } program = {(uint16_t)filter_length, filter};
    require(system_call(SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, &program),
            "forbid other system calls");
}
