/*
 * Page tables of the guest, which is a process: what they say is mapped from the file with its
 * memory when it is first touched, and unmapped when the root is loaded again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "hvt.h"

#define PRESENT 1ull
#define WRITABLE 2ull
#define IS_LARGE 0x80ull
#define NO_EXECUTE (1ull << 63)
#define ADDRESS 0x000ffffffffff000ull

/* Bits of a page fault's error code. */
#define ERROR_WRITE 2
#define ERROR_FETCH 16

struct page {
    uint64_t virtual, physical, size;
    int protection;
};

static uint64_t root;
static bool has_no_execute, is_loaded;

static const uint64_t *table_at(uint64_t physical) {
    return guest_range(physical, PAGE, false);
}

/* The page of (virtual), found through all four levels; false when it is not present. */
static bool find_page(uint64_t virtual, struct page *page) {
    uint64_t table = root, access = PRESENT | WRITABLE, no_execute = 0;
    for (int shift = 39; shift >= 12; shift -= 9) {
        uint64_t entry = table_at(table)[virtual >> shift & 511];
        if (!(entry & PRESENT))
            return false;
        if ((entry & NO_EXECUTE) && !has_no_execute)
            die("a page table has the no-execute bit without EFER.NXE");
        access &= entry;
        no_execute |= entry & NO_EXECUTE;
        table = entry & ADDRESS;
        bool is_large = shift > 12 && (entry & IS_LARGE);
        if (is_large && shift != 21)
            die("a page table has pages of 1 GiB");
        if (shift == 12 || is_large) {
            page->size = 1ull << shift;
            page->virtual = virtual & -page->size;
            page->physical = table & -page->size;
            break;
        }
    }
    page->protection = PROT_READ | (access & WRITABLE ? PROT_WRITE : 0) |
                       (no_execute ? 0 : PROT_EXEC);
    return true;
}

static void check_page(const struct page *page) {
    if (page->virtual + page->size > VIRTUAL_END)
        die("page at 0x%lx: above 1 TiB there is no room in this process", page->virtual);
    if (page->virtual < LOWEST_MEMORY)
        die("page at 0x%lx: the first 64 KiB must not be present", page->virtual);
    if ((page->protection & PROT_WRITE) && (page->protection & PROT_EXEC))
        die("page at 0x%lx: both writable and executable", page->virtual);
    guest_range(page->physical, page->size, false);
    if ((page->protection & PROT_WRITE) && is_protected(page->physical, page->size))
        die("page at 0x%lx: writable, but of a segment that is not", page->virtual);
}

/* Checks every page there is from (virtual) on, below the table of the level (shift). */
static void check_tables(uint64_t table, uint64_t virtual, int shift) {
    for (uint64_t i = 0; i < 512; i++) {
        uint64_t entry = table_at(table)[i], at = virtual + (i << shift);
        struct page page;
        if (!(entry & PRESENT))
            continue;
        if (shift > 12 && !(entry & IS_LARGE))
            check_tables(entry & ADDRESS, at, shift - 9);
        else if (find_page(at, &page))
            check_page(&page);
    }
}

void mmu_load(uint64_t new_root, bool no_execute) {
    root = new_root & ADDRESS;
    has_no_execute = no_execute;
    is_loaded = true;
    check_tables(root, 0, 39);
    if (munmap((void *)LOWEST_MEMORY, VIRTUAL_END - LOWEST_MEMORY) < 0)
        die("munmap: %s", strerror(errno));
}

bool mmu_is_loaded(void) {
    return is_loaded;
}

/* Adds the pages around (page) that continue it within its 2 MiB. */
static void extend(struct page *page) {
    struct page next;
    uint64_t start = page->virtual & -LARGE_PAGE, end = start + LARGE_PAGE;
    while (page->virtual > start && find_page(page->virtual - PAGE, &next) &&
           next.physical == page->physical - PAGE && next.protection == page->protection) {
        page->virtual -= PAGE;
        page->physical -= PAGE;
        page->size += PAGE;
    }
    while (page->virtual + page->size < end && find_page(page->virtual + page->size, &next) &&
           next.physical == page->physical + page->size && next.protection == page->protection)
        page->size += PAGE;
}

bool mmu_fault(uint64_t address, uint64_t error) {
    struct page page;
    if (!is_loaded || !find_page(address, &page))
        return false;
    if (((error & ERROR_WRITE) && !(page.protection & PROT_WRITE)) ||
        ((error & ERROR_FETCH) && !(page.protection & PROT_EXEC)))
        return false;
    extend(&page);
    check_page(&page);
    if (mmap((void *)page.virtual, page.size, page.protection, MAP_SHARED | MAP_FIXED, memory_file,
             (off_t)page.physical) == MAP_FAILED)
        die("mmap: %s", strerror(errno));
    return true;
}

void *mmu_pointer(uint64_t address, uint64_t size) {
    struct page page = {0, 0, guest.memory_size, 0};
    if (is_loaded && !find_page(address, &page))
        return NULL;
    uint64_t offset = address - page.virtual;
    return offset + size <= page.size ? guest_range(page.physical + offset, size, false) : NULL;
}
