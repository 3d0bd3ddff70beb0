/*
 * Interrupts: the local APIC with its timer, and the I/O APICs. No interrupt
 * does more than end a sleep, so all of them share one vector, and every line is
 * edge-triggered: a device that was not served yet cannot start a storm.
 */
#include "virtio.h"

#include "cpu/instructions.h"
#include "cpu/paging.h"
#include "cpu/trap.h"

#define WAKE_VECTOR FIRST_INTERRUPT
#define PIC_VECTORS 0xe0 /* only spurious ones */
#define SPURIOUS_VECTOR 0xff

#define APIC_BASE 0x1b /* MSR */
#define APIC_ENABLE (1u << 11)
#define X2APIC_ENABLE (1u << 10)

/* Registers of the local APIC (Intel SDM 3A, 10.4.1), as indexes of words. */
#define APIC_ID (0x20 / 4)
#define APIC_PRIORITY (0x80 / 4)
#define APIC_END (0xb0 / 4)
#define APIC_SPURIOUS (0xf0 / 4)
#define APIC_TIMER (0x320 / 4)
#define APIC_LINE_0 (0x350 / 4)
#define APIC_LINE_1 (0x360 / 4)
#define APIC_INITIAL_COUNT (0x380 / 4)
#define APIC_CURRENT_COUNT (0x390 / 4)
#define APIC_DIVIDER (0x3e0 / 4)
#define APIC_SOFTWARE_ENABLE 0x100
#define APIC_MASKED 0x10000
#define DIVIDE_BY_16 3

/* An I/O APIC: an index, and the data register that it selects. */
#define IO_DATA (0x10 / 4)
#define IO_VERSION 1
#define IO_REDIRECTION 0x10

/* The second one is where QEMU's microvm machine has its virtio devices. */
static const uint64_t io_apics[] = {0xfec00000, 0xfec10000};

#define MESSAGE_BASE 0xfee00000u

/* How long the timer is measured when it is first needed, in nanoseconds. */
#define MEASURE 1000000

static volatile uint32_t *apic;
static uint64_t ticks_per_second;

/* Moves the two old controllers off the exceptions' vectors and masks them. */
static void silence_pic(void) {
    out8(0x20, 0x11);
    out8(0xa0, 0x11);
    out8(0x21, PIC_VECTORS);
    out8(0xa1, PIC_VECTORS + 8);
    out8(0x21, 4);
    out8(0xa1, 2);
    out8(0x21, 1);
    out8(0xa1, 1);
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
}

void interrupt_start(void) {
    silence_pic();
    uint64_t base = read_msr(APIC_BASE);
    if (base & X2APIC_ENABLE)
        write_msr(APIC_BASE, base & ~(uint64_t)(APIC_ENABLE | X2APIC_ENABLE));
    base = (base & ~(uint64_t)X2APIC_ENABLE) | APIC_ENABLE;
    write_msr(APIC_BASE, base);
    apic = paging_device(base & ~0xfffull);
    if (apic == NULL)
        panic(STATUS_UNAVAILABLE, "the local APIC is out of reach");
    apic[APIC_PRIORITY] = 0;
    apic[APIC_SPURIOUS] = APIC_SOFTWARE_ENABLE | SPURIOUS_VECTOR;
    apic[APIC_LINE_0] = APIC_MASKED;
    apic[APIC_LINE_1] = APIC_MASKED;
    interrupt_end = &apic[APIC_END];
}

/* Starts the timer once without an interrupt, to see later how far it came. */
static void measure_timer(void) {
    apic[APIC_DIVIDER] = DIVIDE_BY_16;
    apic[APIC_TIMER] = APIC_MASKED | WAKE_VECTOR;
    apic[APIC_INITIAL_COUNT] = UINT32_MAX;
    uint64_t start = platform_monotonic(), elapsed;
    do {
        elapsed = platform_monotonic() - start;
    } while (elapsed < MEASURE);
    uint64_t ticks = UINT32_MAX - apic[APIC_CURRENT_COUNT];
    ticks_per_second = ticks * 1000000000 / elapsed + 1;
    apic[APIC_TIMER] = WAKE_VECTOR;
}

void interrupt_timer(uint64_t nanoseconds) {
    if (ticks_per_second == 0)
        measure_timer();
    if (nanoseconds == UINT64_MAX) {
        apic[APIC_INITIAL_COUNT] = 0;
        return;
    }
    /* Longer sleeps end early. */
    uint64_t longest = (uint64_t)UINT32_MAX * 1000000000 / ticks_per_second;
    if (nanoseconds > longest)
        nanoseconds = longest;
    uint64_t seconds = nanoseconds / 1000000000, rest = nanoseconds % 1000000000;
    uint64_t ticks =
        seconds * ticks_per_second + rest * ticks_per_second / 1000000000 + 1;
    apic[APIC_INITIAL_COUNT] = ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
}

static uint32_t io_read(volatile uint32_t *io, uint32_t index) {
    io[0] = index;
    return io[IO_DATA];
}

static void io_write(volatile uint32_t *io, uint32_t index, uint32_t value) {
    io[0] = index;
    io[IO_DATA] = value;
}

bool interrupt_line(uint32_t line) {
    for (unsigned i = 0; i < sizeof io_apics / sizeof *io_apics; i++) {
        volatile uint32_t *io = paging_device(io_apics[i]);
        uint32_t version = io_read(io, IO_VERSION);
        if (version == 0 || version == UINT32_MAX)
            return false;
        uint32_t lines = (version >> 16 & 0xff) + 1;
        if (line < lines) {
            uint32_t entry = IO_REDIRECTION + 2 * line;
            io_write(io, entry + 1, apic[APIC_ID]);
            io_write(io, entry, WAKE_VECTOR);
            return true;
        }
        line -= lines;
    }
    return false;
}

struct interrupt_message interrupt_message(void) {
    uint32_t id = apic[APIC_ID] >> 24;
    return (struct interrupt_message){MESSAGE_BASE | id << 12, WAKE_VECTOR};
}
