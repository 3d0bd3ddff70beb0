/*
 * The two byte streams that a domain has from its start: the console (xen/include/public/io/console.h) and
 * xenstore (io/xs_wire.h). What the other side wrote is read once and checked; an index that
 * makes no sense counts as "no room" or "nothing there".
 */
#include "xen.h"

#include "cpu/paging.h"

#define STORE_FRAME 1
#define STORE_PORT 2
#define CONSOLE_FRAME 17
#define CONSOLE_PORT 18

#define CONSOLE_WRITE 0

#define YIELD 0

/* How long a console that nobody reads may stop us, in nanoseconds. */
#define PATIENCE 100000000

struct console {
    char in[1024], out[2048];
    uint32_t in_consumer, in_producer, out_consumer, out_producer;
};

struct store {
    char request[1024], response[1024];
    uint32_t request_consumer, request_producer, response_consumer, response_producer;
};

static volatile struct console *console;
static volatile struct store *store;
static uint32_t console_port, store_port;

/* The page and the port that two parameters name; NULL where a domain, such as dom0, has none. */
static volatile void *find_ring(uint32_t frame_index, uint32_t port_index,
                                uint32_t *port) {
    uint64_t frame = hvm_parameter(frame_index);
    *port = (uint32_t)hvm_parameter(port_index);
    if (frame == 0 || *port == 0)
        return NULL;
    event_open(*port);
    return paging_shared(frame * PAGE);
}

void ring_start(void) {
    console = find_ring(CONSOLE_FRAME, CONSOLE_PORT, &console_port);
    store = find_ring(STORE_FRAME, STORE_PORT, &store_port);
}

/* Copies into a ring of (size) bytes, as much as there is room for; answers how much. */
static uint32_t put(volatile char *ring, uint32_t size, uint32_t consumer,
                    volatile uint32_t *producer, const char *bytes, size_t length) {
    uint32_t at = *producer, used = at - consumer;
    uint32_t room = used <= size ? size - used : 0;
    uint32_t count = length < room ? (uint32_t)length : room;
    for (uint32_t i = 0; i < count; i++)
        ring[(at + i) % size] = bytes[i];
    __atomic_store_n(producer, at + count, __ATOMIC_RELEASE);
    return count;
}

static uint32_t console_unread(void) {
    return console->out_producer -
           __atomic_load_n(&console->out_consumer, __ATOMIC_ACQUIRE);
}

/* Lets others run until fewer than (limit) bytes wait for a reader, but not for long. */
static bool console_wait(uint32_t limit) {
    uint64_t end = platform_monotonic() + PATIENCE;
    while (console_unread() >= limit) {
        if (platform_monotonic() > end)
            return false;
        hypercall(SCHED_OP, YIELD, 0, 0);
    }
    return true;
}

static void write_raw(const char *text, size_t length) {
    if (console == NULL) {
        hypercall(CONSOLE_IO, CONSOLE_WRITE, length, (uint64_t)text);
        return;
    }
    while (length > 0) {
        /* What nobody reads is lost. */
        if (!console_wait(sizeof console->out))
            return;
        uint32_t consumer = __atomic_load_n(&console->out_consumer, __ATOMIC_ACQUIRE);
        uint32_t count = put(console->out, sizeof console->out, consumer,
                             &console->out_producer, text, length);
        event_send(console_port);
        text += count;
        length -= count;
    }
}

void platform_write(const char *text, size_t length) {
    size_t start = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '\n')
            continue;
        write_raw(text + start, i - start);
        write_raw("\r\n", 2);
        start = i + 1;
    }
    write_raw(text + start, length - start);
}

void console_drain(void) {
    if (console != NULL)
        console_wait(1);
}

HOST_CALL(call_store_write) {
    u32 bytes, length;
    if (!value_bytes(host_argument(argv, 0), &bytes, &length))
        return VALUE_EXCEPTION;
    if (store == NULL)
        return value_from_int(-1);
    uint32_t consumer = __atomic_load_n(&store->request_consumer, __ATOMIC_ACQUIRE);
    uint32_t count = put(store->request, sizeof store->request, consumer,
                         &store->request_producer, host_pointer(bytes), length);
    if (count > 0)
        event_send(store_port);
    return value_from_int((s32)count);
}

HOST_CALL(call_store_read) {
    u32 bytes, length;
    if (!value_bytes(host_argument(argv, 0), &bytes, &length))
        return VALUE_EXCEPTION;
    if (store == NULL)
        return value_from_int(-1);
    uint32_t at = store->response_consumer, size = sizeof store->response;
    uint32_t there = __atomic_load_n(&store->response_producer, __ATOMIC_ACQUIRE) - at;
    uint32_t count = there > size ? 0 : there < length ? there : length;
    char *to = host_pointer(bytes);
    for (uint32_t i = 0; i < count; i++)
        to[i] = store->response[(at + i) % size];
    __atomic_store_n(&store->response_consumer, at + count, __ATOMIC_RELEASE);
    if (count > 0)
        event_send(store_port);
    return value_from_int((s32)count);
}

HOST_FUNCTIONS = {
    {"storeWrite", call_store_write, 1},
    {"storeRead", call_store_read, 1},
};
