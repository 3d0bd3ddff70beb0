/* What the files of the target hvt share. */
#ifndef HVT_H
#define HVT_H

#include "tender.h"

/* What virtual addresses may be: this process has things of its own above. */
#define VIRTUAL_END (1ull << 40)

/* hvt.c: the guest's memory as a file, and its address of (size) bytes, checked. */
extern int memory_file;
void *guest_range(uint64_t address, uint64_t size, bool is_written);
bool is_protected(uint64_t address, uint64_t size);

/* mmu.c: takes the page tables at (root), which a later change of NXE reinterprets. */
void mmu_load(uint64_t root, bool has_no_execute);
bool mmu_is_loaded(void);

/* Makes (address) accessible when the guest's tables say so; (error) is a page fault's code. */
bool mmu_fault(uint64_t address, uint64_t error);

/* The guest's memory of (size) bytes at the virtual (address), within a page; NULL: no such. */
void *mmu_pointer(uint64_t address, uint64_t size);

/* cpu.c: runs the guest, and calls hypercall and kick for what it writes to ports. */
_Noreturn void cpu_run(uint64_t entry, uint64_t stack, uint64_t argument);

/* hvt.c */
void hypercall(unsigned number, uint64_t argument);

/* ring.c: the ring at (address) and the thread that empties it. */
uint64_t ring_size(void);
void ring_start(uint64_t address);
void ring_kick(void);

#endif
