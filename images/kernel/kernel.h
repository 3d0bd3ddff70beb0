/* What the files of the common kernel share. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "host.h"
#include "platform.h"

/* print.c: to the console; for what the kernel itself has to say. */
void print(const char *text);
void print_number(uint64_t number);
void print_hex(uint64_t number);

/* Prints "atoll: (message)" and halts with (status). */
_Noreturn void panic(int status, const char *message);

/* image.ld: the first and the last byte of the image in memory. */
extern const char image_start[], image_end[];

/* entropy.c: the random generator; its start halts when a source is unfit. */
void entropy_start(void);

/* Whether there was more than timing jitter to start from. */
extern bool entropy_seeded;

/* Mixes (size) bytes into the generator. */
void entropy_add(const void *bytes, size_t size);

void entropy_fill(void *bytes, size_t size);

/* entropy-source.c: raw samples, each false when there is no such source. */
bool entropy_hardware(uint64_t *sample);
uint8_t entropy_jitter(void);

/*
 * A canary for the stack protector where the loader gives none: hard to guess with
 * the CPU's generator, and at least not constant without.
 */
uint64_t entropy_canary(void);

/* engine.c: the engine, its one context, and values. */
extern u32 engine_context;

/* Sets the engine up; answers the function that is the program. */
u64 engine_start(void);

/* The offset in linear memory of a copy of (text), until the next call. */
u32 engine_text(const char *text);

/* Makes a function of JavaScript out of (function). */
u64 engine_function(const struct host_function *function);

/* Sets (object).(name), and gives (value) away to it. */
void engine_set(u64 object, const char *name, u64 value);

/* A string of JavaScript with (length) bytes of UTF-8. */
u64 engine_string(const char *text, size_t length);

/*
 * Runs promise jobs until none is left; halts on unhandled rejections. Answers
 * whether there was any job.
 */
bool engine_jobs(void);

/*
 * Calls (function) with (count) numbers, ARGUMENTS at most, and answers the number
 * it returned; halts on an exception.
 */
double engine_call(u64 function, unsigned count, const double *numbers);
#define ARGUMENTS 8

/* Reports the pending exception as (what), and halts. */
_Noreturn void engine_exception(const char *what);

/* snapshot.c: how much linear memory the image's snapshot needs. */
uint64_t snapshot_memory(void);

/* Puts it into linear memory, which is zeros; answers the function that is the program. */
u64 snapshot_restore(void);

/* host.c: the object `host`. */
void host_start(void);

/* The function given to host.run, or VALUE_UNDEFINED. */
extern u64 host_step;

/*
 * network.c: frames, where the platform moves them. Drivers see a header in front of
 * each (the length of struct virtio_net_hdr_mrg_rxbuf) also where the device has none:
 * then it is all zeros.
 */
#define FRAME_HEADER 12

/*
 * Reads a header and a frame into the (size) bytes at (bytes); answers the length of
 * both, 0 when there is none.
 */
u32 network_read(u32 handle, u32 bytes, u32 size);

/* Sends a header and a frame; false when the device did not take it. */
bool network_write(u32 handle, u32 bytes, u32 length);

/*
 * responder.c: answers what has come to all network devices. False when the program
 * must look at something itself.
 */
bool responders_answer(void);

/*
 * Where the device has a responder: tells the (length) of what lies in (bytes) for the
 * driver, as network_read does, after those before it were answered.
 */
bool responder_read(u32 handle, u32 bytes, u32 *length);

/* runtime.c: fills the function table with those of the engine. */
void runtime_start(void);

/* Stands for functions that are not in the image; for the linker. */
_Noreturn void runtime_dropped(void);

/* Puts (call) into a spare slot of the function table; (type) is FUNC_TYPE_... */
u32 runtime_slot(wasm_rt_function_ptr_t call, u32 type);

#endif
