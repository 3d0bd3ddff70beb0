/*
 * Answers without the program: what a responder has an answer to is answered as soon
 * as the kernel wakes, before anything is interpreted. The rest is for the driver.
 */
#include "kernel.h"

#include <string.h>

/* As many as any platform has devices. */
#define RESPONDERS 64

/* Frames in a row, after which others get their turn. */
#define BURST 64

/* Of the header, struct virtio_net_hdr_mrg_rxbuf. */
#define NEEDS_CHECKSUM 1
#define DATA_VALID 2
#define ETHERNET_HEADER 14

/* As host.ts says. */
struct counters {
    double received_frames, received_bytes, sent_frames, sent_bytes, dropped_frames;
};

static struct responder {
    u64 function; /* 0 when there is none */
    /* Offsets in linear memory, of headers where it is frames. */
    u32 received, received_size, out, out_size, counters;
    /* The length of what lies in (received) for the driver, 0 when nothing does. */
    u32 left;
} responders[RESPONDERS];

enum verdict { UNCHECKED, CHECKED, LEFT };

/*
 * Whether the device vouches for the transport checksum of the frame of (length)
 * bytes behind (header). What is not so simple is left to the driver to judge.
 */
static enum verdict verdict_on(const u8 *header, u32 length) {
    u32 flags = header[0], segmentation = header[1];
    u32 start = header[6] | header[7] << 8, offset = header[8] | header[9] << 8;
    if (segmentation != 0)
        return LEFT;
    if ((flags & NEEDS_CHECKSUM) && (start < ETHERNET_HEADER || start + offset + 2 > length))
        return LEFT;
    return flags & (NEEDS_CHECKSUM | DATA_VALID) ? CHECKED : UNCHECKED;
}

/* Answers what was received, (length) bytes with the header, or says that it cannot. */
static bool answer(const struct responder *responder, u32 handle, u32 length, double now) {
    if (length < FRAME_HEADER || length == responder->received_size)
        return false;
    u32 frame_length = length - FRAME_HEADER;
    enum verdict verdict = verdict_on(host_pointer(responder->received), frame_length);
    if (verdict == LEFT)
        return false;
    double answered = engine_call(
        responder->function, 5,
        (double[]){responder->received + FRAME_HEADER, frame_length, verdict,
                   responder->out + FRAME_HEADER, now});
    /* Also true for NaN. */
    if (!(answered > 0))
        return false;
    if (answered > responder->out_size - FRAME_HEADER)
        panic(STATUS_SOFTWARE, "an answer is longer than there is room for it");
    struct counters *counters = host_pointer(responder->counters);
    counters->received_frames++;
    counters->received_bytes += frame_length;
    memset(host_pointer(responder->out), 0, FRAME_HEADER);
    if (network_write(handle, responder->out, FRAME_HEADER + (u32)answered)) {
        counters->sent_frames++;
        counters->sent_bytes += answered;
    } else {
        counters->dropped_frames++;
    }
    return true;
}

/* Answers what has come to a device, until something is left for the driver. */
static void respond(struct responder *responder, u32 handle) {
    double now = (double)platform_monotonic() / 1e6;
    for (int i = 0; responder->left == 0 && i < BURST; i++) {
        u32 length = network_read(handle, responder->received, responder->received_size);
        if (length == 0)
            return;
        if (!answer(responder, handle, length, now))
            responder->left = length;
    }
}

bool responders_answer(void) {
    u32 devices = platform_network_count();
    for (u32 handle = 0; handle < devices; handle++) {
        if (handle >= RESPONDERS || responders[handle].function == 0)
            return false;
        respond(&responders[handle], handle);
        if (responders[handle].left != 0)
            return false;
    }
    return devices > 0;
}

bool responder_read(u32 handle, u32 bytes, u32 *length) {
    struct responder *responder = &responders[handle];
    if (handle >= RESPONDERS || responder->function == 0 || responder->received != bytes)
        return false;
    respond(responder, handle);
    *length = responder->left;
    responder->left = 0;
    return true;
}

HOST_CALL(call_respond) {
    u32 counters_size, handle = value_u32(host_argument(argv, 0));
    if (handle >= RESPONDERS || handle >= platform_network_count())
        return host_throw("networkRespond: no such device");
    struct responder responder = {.function = host_argument(argv, 4)};
    if (!value_bytes(host_argument(argv, 1), &responder.received, &responder.received_size) ||
        !value_bytes(host_argument(argv, 2), &responder.out, &responder.out_size) ||
        !value_bytes(host_argument(argv, 3), &responder.counters, &counters_size))
        return VALUE_EXCEPTION;
    if (responder.received_size < FRAME_HEADER || responder.out_size < FRAME_HEADER ||
        counters_size < sizeof(struct counters))
        return host_throw("networkRespond: not enough room");
    if (!w2c_quickjs_JS_IsFunction(context, responder.function))
        return host_throw("networkRespond: not a function");
    if (responders[handle].function != 0)
        return host_throw("networkRespond: there is a responder");
    /* For good. */
    for (u32 i = 1; i <= 4; i++)
        w2c_quickjs_JS_DupValue(context, host_argument(argv, i));
    responders[handle] = responder;
    return VALUE_UNDEFINED;
}

HOST_FUNCTIONS = {
    {"networkRespond", call_respond, 5},
};
