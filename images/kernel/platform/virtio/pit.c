/*
 * How fast the time stamp counter runs, measured with channel 0 of the timer
 * that every PC has (Intel 8254), while the engine starts: channel 2, which
 * others use, does not exist on QEMU's microvm.
 */
#include "virtio.h"

#include "cpu/instructions.h"

#define CHANNEL_0 0x40
#define CONTROL 0x43
#define COUNT_DOWN_ONCE 0x30 /* channel 0, both bytes, mode 0 */
#define READ_BACK 0xc2       /* count and status of channel 0 */
#define ENDED 0x80
#define NOT_LOADED 0x40
#define ABSENT 0xff

#define FREQUENCY 1193182u /* Hz */
#define SPAN (FREQUENCY / 100)
#define FIRST_COUNT 0xffff

/* Of several samples the quickest is taken: a sample may be interrupted. */
#define SAMPLES 8

struct sample {
    uint64_t tsc;
    uint32_t count;
    uint8_t status;
};

static struct sample first;

static struct sample take_one(uint64_t *duration) {
    uint64_t before = read_tsc();
    out8(CONTROL, READ_BACK);
    uint64_t after = read_tsc();
    struct sample sample = {.tsc = before + (after - before) / 2};
    sample.status = in8(CHANNEL_0);
    sample.count = in8(CHANNEL_0);
    sample.count |= (uint32_t)in8(CHANNEL_0) << 8;
    *duration = after - before;
    return sample;
}

static struct sample take(void) {
    uint64_t shortest, duration;
    struct sample best = take_one(&shortest);
    for (int i = 1; i < SAMPLES; i++) {
        struct sample sample = take_one(&duration);
        if (duration < shortest) {
            shortest = duration;
            best = sample;
        }
    }
    return best;
}

void pit_start(void) {
    out8(CONTROL, COUNT_DOWN_ONCE);
    out8(CHANNEL_0, FIRST_COUNT & 0xff);
    out8(CHANNEL_0, FIRST_COUNT >> 8);
    do {
        first = take();
        if (first.status == ABSENT)
            panic(STATUS_UNAVAILABLE,
                  "no clock: neither KVM's, nor the frequency of the time stamp "
                  "counter in CPUID, nor an 8254 timer");
    } while (first.status & NOT_LOADED);
}

uint64_t pit_frequency(void) {
    for (;;) {
        struct sample last = take();
        if (last.status & ENDED) {
            /* More than 54 milliseconds went by. */
            pit_start();
        } else if (first.count - last.count >= SPAN) {
            return (last.tsc - first.tsc) * FREQUENCY / (first.count - last.count);
        }
    }
}
