/* From Linux's entry to kernel_main, and the smaller parts of platform.h. */
#include "unix.h"

#include <string.h>

const char platform_name[] = "unix";

_Noreturn void unix_start(const uint64_t *stack);

/*
 * Keeps standard input, output and error, and nothing else that was inherited.
 * Where one of them is closed it gets /dev/null, so that no device takes its
 * place and receives what is meant for the console.
 */
static void tidy_descriptors(void) {
    system_call(SYS_CLOSE_RANGE, 3, UINT32_MAX, 0);
    long file;
    do
        file = system_call(SYS_OPEN, "/dev/null", O_RDWR);
    while (file >= 0 && file < 3);
    system_call(SYS_CLOSE, file);
}

/* (stack) is as the System V ABI says: argc, argv, NULL, environment, NULL, auxiliary vector. */
_Noreturn void unix_start(const uint64_t *stack) {
    char **words = (char **)(stack + 1);
    const uint64_t *entry = stack + 1 + stack[0] + 1;
    while (*entry++ != 0)
        ;
    const char *vdso = NULL;
    for (; entry[0] != AT_NULL; entry += 2) {
        if (entry[0] == AT_SYSINFO_EHDR)
            vdso = (const char *)entry[1];
        if (entry[0] == AT_RANDOM)
            memcpy(&kernel_tls.canary, (const char *)entry[1], 8);
    }
    options_parse(words + 1);
    tidy_descriptors();
    signal_start();
    time_start(vdso);
    memory_start(options.memory);
    network_start();
    block_start();
    sandbox_enter(options.user);
    kernel_stack(kernel_main);
}

const char *platform_arguments(size_t *length) {
    *length = options.arguments_length;
    return options.arguments;
}

void platform_write(const char *text, size_t length) {
    while (length > 0) {
        long written = system_call(SYS_WRITE, 1, text, length);
        if (written == -EAGAIN) {
            /* Someone made the console non-blocking: wait until it takes more. */
            struct pollfd console = {.fd = 1, .events = POLLOUT};
            system_call(SYS_PPOLL, &console, 1, NULL, NULL);
        } else if (written > 0) {
            text += written;
            length -= (size_t)written;
        } else if (written != -EINTR) {
            return; /* the console is gone: the work goes on without */
        }
    }
}

bool platform_entropy(void *seed, size_t size) {
    return system_call(SYS_GETRANDOM, seed, size, 0) == (long)size;
}

_Noreturn void platform_halt(int status) {
    for (;;)
        system_call(SYS_EXIT_GROUP, status);
}

static const char *error_text(long error) {
    switch (-error) {
    case EPERM:
    case EACCES:
        return "not permitted";
    case ENOENT:
    case ENODEV:
        return "not found";
    case ENOMEM:
        return "no memory";
    case EAGAIN:
    case EBUSY:
        return "in use by another program";
    case EISDIR:
        return "it is a directory";
    case EINVAL:
        return "not a TAP device";
    default:
        return NULL;
    }
}

_Noreturn void refuse(int status, const char *const parts[], long error) {
    print("atoll: ");
    for (; *parts != NULL; parts++)
        print(*parts);
    if (error != 0) {
        const char *text = error_text(error);
        print(text != NULL ? ": " : ": error ");
        if (text != NULL)
            print(text);
        else
            print_number((uint64_t)-error);
    }
    print("\n");
    platform_halt(status);
}
