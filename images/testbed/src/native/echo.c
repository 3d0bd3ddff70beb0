/*
 * A TCP echo server on Linux's own stack, as small as it can be: what there is to
 * beat. `echo PORT` says "ready" when it listens.
 */
#include "common.h"

static int listener_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (bind(listener, (struct sockaddr *)&any, sizeof any) < 0)
        err(1, "bind");
    if (listen(listener, 4096) < 0)
        err(1, "listen");
    return listener;
}

static void watch(int queue, int socket) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
    if (epoll_ctl(queue, EPOLL_CTL_ADD, socket, &event) < 0)
        err(1, "epoll_ctl");
}

static void admit(int queue, int listener) {
    int socket, on = 1;
    while ((socket = accept4(listener, NULL, NULL, 0)) >= 0) {
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(queue, socket);
    }
}

/* Sends back what came at once; a peer that does not read holds up all others. */
static void copy(int socket) {
    static char bytes[65536];
    ssize_t length = recv(socket, bytes, sizeof bytes, MSG_DONTWAIT);
    if (length < 0 && errno == EAGAIN)
        return;
    if (length <= 0 || send(socket, bytes, length, MSG_NOSIGNAL) != length)
        close(socket);
}

int main(int argc, char **argv) {
    struct rlimit files = {65536, 65536};
    setrlimit(RLIMIT_NOFILE, &files);
    int listener = listener_on(argc > 1 ? atoi(argv[1]) : 7);
    int queue = epoll_create1(0);
    watch(queue, listener);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(queue, events, 64, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                admit(queue, listener);
            else
                copy(events[i].data.fd);
        }
    }
}
