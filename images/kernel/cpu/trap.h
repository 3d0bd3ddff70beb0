/* Exceptions and interrupts. */
#ifndef TRAP_H
#define TRAP_H

#include <stdint.h>

/* Any vector from here on is an interrupt: it ends a sleep and does no more. */
#define FIRST_INTERRUPT 32

/*
 * Fills the interrupt table: from here on a fault is reported. Also loads our own
 * segment descriptors, which are as the loader's, sets the FS base for the stack
 * protector and draws its canary.
 */
void trap_start(void);

/* Where the end of an interrupt is written to; NULL while there is nobody. */
extern volatile uint32_t *interrupt_end;

#endif
