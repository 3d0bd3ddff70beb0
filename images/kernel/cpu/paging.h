/*
 * Page tables. Virtual equals physical for the image, the stack and linear
 * memory; device registers are in windows from 512 GiB on, far away from the
 * guard space. Nothing else is present, the null page least of all.
 */
#ifndef PAGING_H
#define PAGING_H

#include <stdint.h>

/* Linear memory ends here at the latest. */
#define PAGING_END (3ull << 30)

/*
 * Leaves the tables of boot/pvh.S or of the loader: text R-X, constants R, data and stack RW.
 * From here on what the loader left cannot be read.
 */
void paging_start(void);

/* Makes [from, to) present: linear memory, in steps of 4 KiB, only growing. */
void paging_grow(uint64_t from, uint64_t to);

/*
 * Where the device register at (physical) can be accessed, uncached; NULL when
 * there are more devices than windows, or for no address of this CPU.
 */
volatile void *paging_device(uint64_t physical);

/* The same for memory that is shared with the host. */
volatile void *paging_shared(uint64_t physical);

#endif
