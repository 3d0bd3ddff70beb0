/*
 * The random generator: HMAC_DRBG with SHA-256 (NIST SP 800-90A) from BearSSL,
 * seeded from the CPU's generator, from timing jitter and from the platform.
 *
 * Raw samples go through the two health tests of NIST SP 800-90B, 4.4, at the
 * start and at every reseeding. A source that fails stops the program: a key
 * made from a stuck source is worse than no answer.
 */
#include "kernel.h"

#include <bearssl.h>
#include <string.h>

/*
 * Bytes from each source at the start (SP 800-90B, 4.3 asks for 1024 that pass
 * the tests) and at a reseeding.
 */
#define HARDWARE_START 1024
#define HARDWARE_RESEED 64
#define JITTER_START 2048
#define JITTER_RESEED 256

/* How many times JITTER_START when there is nothing else: 2048 bits by claim. */
#define JITTER_ALONE 8
#define PLATFORM_START 64

/* Bytes given out between two reseedings. */
#define RESEED_INTERVAL (1 << 20)

/* SP 800-90A, table 2: the most bytes of one request to the generator. */
#define LARGEST_REQUEST 65536

#define POOL_SIZE 512

/* SP 800-90B, 4.4.2: the window for sources that are not binary. */
#define WINDOW 512

/*
 * The health of one source of bytes. The cutoffs follow from the entropy that
 * is claimed for a byte and a false alarm rate of 2^-30.
 */
struct source {
    const char *name;
    unsigned repetition_cutoff, proportion_cutoff;
    unsigned samples, repetitions, proportion;
    uint8_t previous, counted;
};

/* 4 bits for a byte: RDSEED and RDRAND promise 8. */
static struct source hardware = {"the CPU's random generator", 9, 71, 0, 0, 0, 0, 0};

/* An eighth of a bit for a byte: measured are 1 or more. */
static struct source jitter = {"timing jitter", 241, 502, 0, 0, 0, 0, 0};

bool entropy_seeded;

static br_hmac_drbg_context generator;
static size_t given_out;

/* Small requests are served from here; what was given out is wiped. */
static uint8_t pool[POOL_SIZE];
static size_t left;

static _Noreturn void unfit(const struct source *source, const char *test) {
    print("atoll: no safe randomness: ");
    print(source->name);
    print(" failed the ");
    print(test);
    print(" test\n");
    platform_halt(STATUS_UNAVAILABLE);
}

static void check_sample(struct source *source, uint8_t sample) {
    if (source->samples > 0 && sample == source->previous) {
        if (++source->repetitions >= source->repetition_cutoff)
            unfit(source, "repetition count");
    } else {
        source->repetitions = 1;
        source->previous = sample;
    }
    if (source->samples++ % WINDOW == 0) {
        source->counted = sample;
        source->proportion = 1;
    } else if (sample == source->counted) {
        if (++source->proportion >= source->proportion_cutoff)
            unfit(source, "adaptive proportion");
    }
}

/* Adds (count) bytes, at most HARDWARE_START and a multiple of 8. */
static bool add_hardware(size_t count) {
    static uint64_t samples[HARDWARE_START / sizeof(uint64_t)];
    for (size_t i = 0; i < count / sizeof *samples; i++) {
        if (!entropy_hardware(&samples[i]))
            return false;
    }
    const uint8_t *bytes = (const uint8_t *)samples;
    for (size_t i = 0; i < count; i++)
        check_sample(&hardware, bytes[i]);
    br_hmac_drbg_update(&generator, bytes, count);
    return true;
}

/* Adds (count) bytes, at most JITTER_START. */
static void add_jitter(size_t count) {
    static uint8_t samples[JITTER_START];
    for (size_t i = 0; i < count; i++) {
        samples[i] = entropy_jitter();
        check_sample(&jitter, samples[i]);
    }
    br_hmac_drbg_update(&generator, samples, count);
}

static bool add_platform(void) {
    uint8_t seed[PLATFORM_START];
    if (!platform_entropy(seed, sizeof seed))
        return false;
    br_hmac_drbg_update(&generator, seed, sizeof seed);
    return true;
}

void entropy_start(void) {
    br_hmac_drbg_init(&generator, &br_sha256_vtable, NULL, 0);
    add_jitter(JITTER_START);
    bool has_hardware = add_hardware(HARDWARE_START);
    bool has_seed = add_platform();
    entropy_seeded = has_hardware || has_seed;
    /* Jitter is hard to judge in a virtual machine: alone it must be much more. */
    for (int i = 1; i < JITTER_ALONE && !entropy_seeded; i++)
        add_jitter(JITTER_START);
}

/* Draws (size) bytes, at most LARGEST_REQUEST, from the generator itself. */
static void generate(void *bytes, size_t size) {
    if (given_out >= RESEED_INTERVAL) {
        add_hardware(HARDWARE_RESEED);
        add_jitter(JITTER_RESEED);
        given_out = 0;
    }
    br_hmac_drbg_generate(&generator, bytes, size);
    given_out += size;
}

void entropy_add(const void *bytes, size_t size) {
    br_hmac_drbg_update(&generator, bytes, size);
    left = 0;
}

/*
 * Small requests come from a pool, since the generator takes microseconds each
 * time; what was given out is wiped, so that no later reader finds it.
 */
void entropy_fill(void *bytes, size_t size) {
    uint8_t *target = bytes;
    while (size > POOL_SIZE / 4) {
        size_t part = size < LARGEST_REQUEST ? size : LARGEST_REQUEST;
        generate(target, part);
        target += part;
        size -= part;
    }
    if (size > left) {
        generate(pool, POOL_SIZE);
        left = POOL_SIZE;
    }
    left -= size;
    memcpy(target, pool + left, size);
    memset(pool + left, 0, size);
}
