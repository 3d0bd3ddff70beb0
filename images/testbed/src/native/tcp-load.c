/*
 * Loads a TCP echo server and says one number:
 *
 *   tcp-load rr ADDRESS PORT SECONDS             a byte there and back, again and again: how often
 *                                                per second
 *   tcp-load connects ADDRESS PORT SECONDS SIZE  connect, a byte there and back, close, with SIZE
 *                                                connections at a time: connections per second
 *   tcp-load idle ADDRESS PORT COUNT             says COUNT when so many connections carried a
 *                                                byte, and keeps them until its input ends
 */
#include "common.h"

static struct sockaddr_in server = {.sin_family = AF_INET};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A connection, or one that is on its way where (flags) say so. */
static int open_connection(int flags) {
    int on = 1, file = socket(AF_INET, SOCK_STREAM | flags, 0);
    if (file < 0)
        err(1, "socket");
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(file, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS)
        err(1, "connect");
    return file;
}

static void ping_pong(int file) {
    char byte = 'x';
    if (send(file, &byte, 1, MSG_NOSIGNAL) != 1 || recv(file, &byte, 1, 0) != 1)
        err(1, "no echo");
}

static double rr(double seconds) {
    int file = open_connection(0);
    ping_pong(file);
    double began = now(), end = began + seconds, time;
    unsigned count = 0;
    do {
        ping_pong(file);
        count++;
        time = now();
    } while (time < end);
    return count / (time - began);
}

/* One step of a connection: it is closed after its echo, and the next one takes its place. */
static int step(int queue, struct epoll_event *event) {
    char byte = 'x';
    int file = event->data.fd;
    if (event->events & EPOLLOUT) {
        struct epoll_event next = {.events = EPOLLIN, .data.fd = file};
        if (send(file, &byte, 1, MSG_NOSIGNAL) != 1)
            err(1, "not connected");
        epoll_ctl(queue, EPOLL_CTL_MOD, file, &next);
        return 0;
    }
    if (recv(file, &byte, 1, 0) != 1)
        err(1, "no echo");
    close(file);
    return 1;
}

static void begin(int queue) {
    int file = open_connection(SOCK_NONBLOCK);
    struct epoll_event event = {.events = EPOLLOUT, .data.fd = file};
    epoll_ctl(queue, EPOLL_CTL_ADD, file, &event);
}

static double connects(double seconds, int size) {
    int queue = epoll_create1(0);
    for (int i = 0; i < size; i++)
        begin(queue);
    double began = now(), end = began + seconds;
    unsigned count = 0;
    while (now() < end) {
        struct epoll_event events[64];
        int ready = epoll_wait(queue, events, 64, 1000);
        for (int i = 0; i < ready; i++) {
            if (step(queue, &events[i])) {
                count++;
                begin(queue);
            }
        }
    }
    return count / (now() - began);
}

static void idle(int count) {
    for (int i = 0; i < count; i++)
        ping_pong(open_connection(0));
    printf("%d\n", count);
    fflush(stdout);
    while (getchar() != EOF)
        continue;
}

int main(int argc, char **argv) {
    struct rlimit files = {65536, 65536};
    setrlimit(RLIMIT_NOFILE, &files);
    if (argc < 5 || inet_pton(AF_INET, argv[2], &server.sin_addr) != 1)
        errx(2, "tcp-load rr|connects|idle ADDRESS PORT ...");
    server.sin_port = htons(atoi(argv[3]));
    if (strcmp(argv[1], "rr") == 0)
        printf("%.1f\n", rr(atof(argv[4])));
    else if (strcmp(argv[1], "connects") == 0)
        printf("%.1f\n", connects(atof(argv[4]), argc > 5 ? atoi(argv[5]) : 1));
    else
        idle(atoi(argv[4]));
    return 0;
}
