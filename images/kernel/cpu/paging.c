/* See paging.h. */
#include "cpu/paging.h"

#include <cpuid.h>
#include <string.h>

#include "cpu/instructions.h"
#include "kernel.h"

#define PAGE 4096ull
#define LARGE (2ull << 20)
#define ENTRIES 512

#define PRESENT 1ull
#define WRITABLE 2ull
#define UNCACHED 0x18ull /* PCD, PWT */
#define TOUCHED 0x60ull  /* accessed, dirty: the CPU has nothing to add */
#define IS_LARGE 0x80ull
#define NO_EXECUTE (1ull << 63)

#define TABLE (PRESENT | WRITABLE)
#define READ_WRITE (PRESENT | WRITABLE | NO_EXECUTE)
#define READ_ONLY (PRESENT | NO_EXECUTE)
#define EXECUTE PRESENT

#define DEVICE_WINDOWS (512ull << 30)

typedef uint64_t page_table[ENTRIES] __attribute__((aligned(4096)));

/* boot/pvh.S, where it runs, uses the first three too. */
page_table page_map, page_pointers;
uint64_t page_directory[PAGING_END / LARGE] __attribute__((aligned(4096)));

/* The pages below linear memory. */
static uint64_t low[LINEAR_MEMORY_BASE / PAGE] __attribute__((aligned(4096)));

/* Of linear memory: the pages behind its last whole 2 MiB. */
static page_table fringe;

static page_table device_pointers, device_directory;
static unsigned device_count;
static uint64_t device_limit;

/* image.ld */
extern const char rodata_start[], data_start[];

static void map(const void *from, const void *to, uint64_t access) {
    for (uint64_t at = (uint64_t)from; at < (uint64_t)to; at += PAGE)
        low[at / PAGE] = at | access;
}

void paging_start(void) {
    map(image_start, rodata_start, EXECUTE);
    map(rodata_start, data_start, READ_ONLY);
    map(data_start, image_end, READ_WRITE);
    map((void *)STACK_BOTTOM, (void *)LINEAR_MEMORY_BASE, READ_WRITE);

    for (uint64_t i = 0; i < PAGING_END / LARGE; i++)
        page_directory[i] = i < LINEAR_MEMORY_BASE / LARGE
                                ? (uint64_t)&low[i * ENTRIES] | TABLE
                                : 0;
    for (uint64_t i = 0; i < PAGING_END >> 30; i++)
        page_pointers[i] = (uint64_t)&page_directory[i * ENTRIES] | TABLE;
    page_map[0] = (uint64_t)page_pointers | TABLE;
    page_map[DEVICE_WINDOWS >> 39] = (uint64_t)device_pointers | TABLE;
    device_pointers[0] = (uint64_t)device_directory | TABLE;
    write_cr3(page_map);

    unsigned a, b, c, d;
    bool known = __get_cpuid(0x80000008, &a, &b, &c, &d);
    device_limit = 1ull << (known ? a & 0xff : 36);
}

void paging_grow(uint64_t from, uint64_t to) {
    while (from < to) {
        uint64_t *entry = &page_directory[from / LARGE];
        if (from % LARGE == 0 && to - from >= LARGE) {
            *entry = from | IS_LARGE | READ_WRITE;
            from += LARGE;
            continue;
        }
        if (from % LARGE == 0) {
            memset(fringe, 0, sizeof fringe);
            *entry = (uint64_t)fringe | TABLE;
        }
        fringe[from / PAGE % ENTRIES] = from | READ_WRITE;
        from += PAGE;
        if (from % LARGE == 0) {
            /* The fringe moves on; the CPU must not find its old place. */
            *entry = (from - LARGE) | IS_LARGE | READ_WRITE;
            write_cr3(page_map);
        }
    }
}

/* Where (physical) can be accessed, in one of the windows; (access) without what all have. */
static volatile void *find_window(uint64_t physical, uint64_t access) {
    uint64_t window = physical / LARGE * LARGE;
    uint64_t entry = window | IS_LARGE | TOUCHED | READ_WRITE | access;
    if (physical >= device_limit)
        return NULL;
    unsigned i = 0;
    while (i < device_count && device_directory[i] != entry)
        i++;
    if (i == ENTRIES)
        return NULL;
    if (i == device_count)
        device_directory[device_count++] = entry;
    return (volatile char *)(DEVICE_WINDOWS + i * LARGE + physical % LARGE);
}

volatile void *paging_device(uint64_t physical) {
    return find_window(physical, UNCACHED);
}

volatile void *paging_shared(uint64_t physical) {
    return find_window(physical, 0);
}
