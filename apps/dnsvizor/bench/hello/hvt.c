/* The smallest program for hvt: two hypercalls. */
#include <stdint.h>

#define PUTS 0x502
#define HALT 0x508

static void call(uint16_t port, void *argument) {
    __asm__ volatile("outl %0, %1" ::"a"((uint32_t)(uint64_t)argument), "d"(port) : "memory");
}

void _start(void) {
    uint64_t text[] = {(uint64_t)"hello\n", 6}, end[] = {0, 0};
    call(PUTS, text);
    call(HALT, end);
}
