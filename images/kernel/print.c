/* Text for the console. */
#include "kernel.h"

#include <string.h>

void print(const char *text) {
    platform_write(text, strlen(text));
}

void print_number(uint64_t number) {
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    platform_write(digits + start, sizeof digits - start);
}

void print_hex(uint64_t number) {
    char digits[18];
    size_t start = sizeof digits;
    do {
        digits[--start] = "0123456789abcdef"[number & 15];
        number >>= 4;
    } while (number != 0);
    digits[--start] = 'x';
    digits[--start] = '0';
    platform_write(digits + start, sizeof digits - start);
}

_Noreturn void panic(int status, const char *message) {
    print("atoll: ");
    print(message);
    print("\n");
    platform_halt(status);
}
