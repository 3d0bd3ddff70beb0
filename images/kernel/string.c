/* The memory functions that compiled C calls by itself. */
#include <stdint.h>
#include <string.h>

/*
 * The string instructions move whole cache lines on every CPU of this century;
 * they cost some 30 cycles to start, so short blocks go by words. They count
 * in words, too: software emulation does one iteration after the other.
 */
#define SHORT 64

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    char *target = to;
    const char *source = from;
    if (size > SHORT) {
        size_t words = size / 8;
        __asm__ volatile("rep movsq"
                         : "+D"(target), "+S"(source), "+c"(words)
                         :
                         : "memory");
        size %= 8;
    }
    for (; size >= 8; size -= 8, target += 8, source += 8) {
        uint64_t word;
        __builtin_memcpy(&word, source, 8);
        __builtin_memcpy(target, &word, 8);
    }
    while (size-- > 0)
        *target++ = *source++;
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    char *target = to;
    const char *source = from;
    if ((uintptr_t)target - (uintptr_t)source >= size)
        return memcpy(to, from, size);

    /* The end of the source is the start of the target: go backwards. */
    while (size >= 8) {
        uint64_t word;
        size -= 8;
        __builtin_memcpy(&word, source + size, 8);
        __builtin_memcpy(target + size, &word, 8);
    }
    while (size-- > 0)
        target[size] = source[size];
    return to;
}

void *memset(void *to, int byte, size_t size) {
    char *target = to;
    if (size > SHORT) {
        size_t words = size / 8;
        __asm__ volatile("rep stosq"
                         : "+D"(target), "+c"(words)
                         : "a"((uint8_t)byte * 0x0101010101010101)
                         : "memory");
        size %= 8;
    }
    while (size-- > 0)
        *target++ = (char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *left = a, *right = b;
    for (; size > 0; size--, left++, right++) {
        if (*left != *right)
            return *left - *right;
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != 0)
        length++;
    return length;
}

/*
 * What the system's compiler made of the same calls in Debian's libraries: with
 * the size of the target, where it knew it.
 */
_Noreturn void __chk_fail(void);
void *__memcpy_chk(void *to, const void *from, size_t size, size_t room);
void *__memmove_chk(void *to, const void *from, size_t size, size_t room);
void *__memset_chk(void *to, int byte, size_t size, size_t room);

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room) {
    if (size > room)
        __chk_fail();
    return memcpy(to, from, size);
}

void *__memmove_chk(void *to, const void *from, size_t size, size_t room) {
    if (size > room)
        __chk_fail();
    return memmove(to, from, size);
}

void *__memset_chk(void *to, int byte, size_t size, size_t room) {
    if (size > room)
        __chk_fail();
    return memset(to, byte, size);
}
