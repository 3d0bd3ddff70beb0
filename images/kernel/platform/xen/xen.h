/* What the files of the Xen platform share. Structures are those of xen/include/public. */
#ifndef XEN_H
#define XEN_H

#include "boot/start-info.h"
#include "cpu/pvclock.h"
#include "kernel.h"

#define PAGE 4096u
#define DOMID_SELF 0x7ff0

/* hypercall.c: finds Xen and how it is called; halts where there is none. */
void hypercall_start(void);

/* Numbers of hypercalls; (a), (b) and (c) are as the public headers say. Answers what Xen answers. */
long hypercall(unsigned number, uint64_t a, uint64_t b, uint64_t c);
#define MEMORY_OP 12
#define CONSOLE_IO 18
#define GRANT_TABLE_OP 20
#define SCHED_OP 29
#define EVENT_CHANNEL_OP 32
#define HVM_OP 34

/* An HVM parameter of this domain, or 0. */
uint64_t hvm_parameter(uint32_t index);
void hvm_set_parameter(uint32_t index, uint64_t value);

/*
 * memory.c: (info) with the memory map that Xen has, where its loader gave none, as that of
 * dom0 does (start_info's version 0).
 */
struct start_info with_memory_map(const struct start_info *info);

/* Puts page (index) of (space) where (place), a page of the image, was. */
void map_xen_page(uint32_t space, uint64_t index, const void *place);
#define SPACE_SHARED_INFO 0
#define SPACE_GRANT_TABLE 1

/*
 * Takes the page at (place), of linear memory, away so that a peer's can be mapped
 * there, and puts an empty one back. Both answer false when Xen refuses.
 */
bool page_release(const void *place);
bool page_restore(const void *place);

/* start.c: the page that Xen writes, alone on it. */
struct __attribute__((aligned(4096))) shared_info {
    struct {
        uint8_t upcall_pending, upcall_mask, reserved[6];
        uint64_t pending_words, architecture[2];
        struct pvclock_time time;
    } vcpus[32];
    volatile uint64_t pending[64], mask[64];
    struct pvclock_wall wall;
};
extern struct shared_info shared_info;

/* events.c: event channels. Ports that are open end a sleep. */
void event_open(uint32_t port);
void event_send(uint32_t port);
bool event_is_open(uint32_t port);

/* Sleeps until an event or (deadline), in the time of Xen; UINT64_MAX is never. */
void event_wait(uint64_t deadline);

/* After a resume: no port is open any more. */
void event_forget(void);

/* grants.c: sets the grant table up, at the start and after a resume: nothing is granted. */
void grant_start(void);

/* rings.c: the pages of the console and of xenstore, also found anew after a resume. */
void ring_start(void);

/* Waits a little until the console was read. */
void console_drain(void);

/* time.c: sets the clock to (now), in the time of platform_monotonic. */
void time_start(uint64_t now);

/* What a time of platform_monotonic is in that of Xen; UINT64_MAX stays. */
uint64_t time_of_xen(uint64_t deadline);

/* start.c: finds the pages of Xen, which takes them away at a suspend. */
void pages_start(void);

#endif
