/* What the files of the virtio platform share. */
#ifndef VIRTIO_H
#define VIRTIO_H

#include "boot/start-info.h"
#include "kernel.h"

/* serial.c: makes COM1 ready for platform_write. */
void serial_start(void);

/* power.c: finds out how this machine is switched off; needs boot.rsdp. */
void power_start(void);

/* apic.c: takes over interrupts; all but ours are masked. */
void interrupt_start(void);

/* Lets the timer end a sleep in (nanoseconds), which may be UINT64_MAX. */
void interrupt_timer(uint64_t nanoseconds);

/* Lets the interrupt line (line) end a sleep; false when there is none. */
bool interrupt_line(uint32_t line);

/* What a device has to write where, for a message that ends a sleep. */
struct interrupt_message {
    uint32_t address, data;
};
struct interrupt_message interrupt_message(void);

/* time.c: finds a clock, or begins to measure the one there is. */
void time_start(void);

/* pvclock.c: KVM's clock; false where there is none. */
bool pvclock_start(void);
uint64_t pvclock_monotonic(void); /* nanoseconds since the machine's start */
uint64_t pvclock_wall(void);      /* nanoseconds since 1970 at that start */

/* pit.c: the frequency of the time stamp counter in Hz, measured. */
void pit_start(void);
uint64_t pit_frequency(void);

/* rtc.c: nanoseconds since 1970; 0 where there is no clock. */
uint64_t rtc_read(void);

#endif
