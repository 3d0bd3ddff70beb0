/* Wide vector registers, which libraries use when CPUID says that they may. */
#ifndef CPU_VECTOR_H
#define CPU_VECTOR_H

/* Turns AVX on where the CPU has it. There is one thread, so nobody saves them. */
void vector_start(void);

#endif
