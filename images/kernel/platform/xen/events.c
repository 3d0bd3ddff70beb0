/*
 * Event channels (xen/include/public/event_channel.h), without interrupts: a sleep is SCHEDOP_poll on
 * all ports that are open, and what is pending is forgotten when it ends, before anybody looks at a ring.
 */
#include "xen.h"

#define BIND_INTERDOMAIN 0
#define CLOSE 3
#define SEND 4
#define ALLOCATE 6

#define POLL 3

/* What SCHEDOP_poll takes at most. */
#define PORTS 128

static uint32_t ports[PORTS];
static uint32_t count;

void event_open(uint32_t port) {
    if (count < PORTS)
        ports[count++] = port;
}

bool event_is_open(uint32_t port) {
    for (uint32_t i = 0; i < count; i++)
        if (ports[i] == port)
            return true;
    return false;
}

void event_send(uint32_t port) {
    hypercall(EVENT_CHANNEL_OP, SEND, (uint64_t)&port, 0);
}

void event_forget(void) {
    count = 0;
}

static void forget_pending(void) {
    for (uint32_t i = 0; i < count; i++)
        __atomic_and_fetch(&shared_info.pending[ports[i] / 64],
                           ~(1ull << ports[i] % 64), __ATOMIC_SEQ_CST);
}

void event_wait(uint64_t deadline) {
    struct {
        uint32_t *ports;
        uint32_t count;
        uint64_t deadline; /* 0: none */
    } poll = {ports, count, deadline == UINT64_MAX ? 0 : deadline};
    hypercall(SCHED_OP, POLL, (uint64_t)&poll, 0);
    forget_pending();
}

static void close_port(uint32_t port) {
    hypercall(EVENT_CHANNEL_OP, CLOSE, (uint64_t)&port, 0);
}

/* The port as a driver sees it: a negative error of Xen, or what ends sleeps from now on. */
static u64 opened(long error, uint32_t port) {
    if (error == 0 && count == PORTS) {
        close_port(port);
        error = -28; /* ENOSPC */
    }
    if (error != 0)
        return value_from_int((s32)error);
    event_open(port);
    return value_from_int((s32)port);
}

HOST_CALL(call_allocate) {
    struct {
        uint16_t domain, remote;
        uint32_t port;
    } request = {DOMID_SELF, (uint16_t)value_u32(host_argument(argv, 0)), 0};
    long error = hypercall(EVENT_CHANNEL_OP, ALLOCATE, (uint64_t)&request, 0);
    return opened(error, request.port);
}

HOST_CALL(call_bind) {
    struct {
        uint16_t remote;
        uint32_t remote_port, port;
    } request = {(uint16_t)value_u32(host_argument(argv, 0)),
                 value_u32(host_argument(argv, 1)), 0};
    long error = hypercall(EVENT_CHANNEL_OP, BIND_INTERDOMAIN, (uint64_t)&request, 0);
    return opened(error, request.port);
}

HOST_CALL(call_close) {
    uint32_t port = value_u32(host_argument(argv, 0));
    for (uint32_t i = 0; i < count; i++) {
        if (ports[i] != port)
            continue;
        ports[i] = ports[--count];
        close_port(port);
        return VALUE_UNDEFINED;
    }
    return host_throw("eventClose: the port is not open");
}

HOST_CALL(call_send) {
    uint32_t port = value_u32(host_argument(argv, 0));
    if (!event_is_open(port))
        return host_throw("eventSend: the port is not open");
    event_send(port);
    return VALUE_UNDEFINED;
}

HOST_FUNCTIONS = {
    {"eventAllocate", call_allocate, 1},
    {"eventBind", call_bind, 2},
    {"eventClose", call_close, 1},
    {"eventSend", call_send, 1},
};
