/*
 * Loads a TLS 1.3 server by OpenSSL and says one number:
 *
 *   tls-load full ADDRESS PORT SECONDS SIZE GROUP     handshakes per second, SIZE at a time, each with a
 *                                                     new key of GROUP and until a ticket came
 *   tls-load resumed ADDRESS PORT SECONDS SIZE GROUP  the same with the ticket of one before
 *   tls-load in ADDRESS PORT SECONDS                  bytes per second that the server takes
 *   tls-load out ADDRESS PORT SECONDS                 bytes per second that the server sends, asked by
 *                                                     "GET /bulk"
 *
 * Certificates are not verified, but who has their keys is: that is what a client has to do.
 */
#include "common.h"

#include <openssl/ssl.h>

enum { RECORD = 16384, MOST_AT_ONCE = 64 };

static struct sockaddr_in server = {.sin_family = AF_INET};
static SSL_CTX *context;
static SSL_SESSION *ticket;
static unsigned tickets;
static int is_resuming;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The server is done with its handshake: it saw ours. */
static int on_ticket(SSL *ssl, SSL_SESSION *session) {
    (void)ssl;
    tickets++;
    if (ticket != NULL)
        return 0;
    ticket = session;
    return 1;
}

static SSL *open_connection(int flags) {
    int on = 1, file = socket(AF_INET, SOCK_STREAM | flags, 0);
    if (file < 0)
        err(1, "socket");
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(file, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS)
        err(1, "connect");
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, file);
    SSL_set_connect_state(ssl);
    SSL_set_tlsext_host_name(ssl, "server.example");
    if (is_resuming) {
        /* A session that was used is marked so. */
        SSL_SESSION *copy = SSL_SESSION_dup(ticket);
        SSL_set_session(ssl, copy);
        SSL_SESSION_free(copy);
    }
    return ssl;
}

static void close_connection(SSL *ssl) {
    int file = SSL_get_fd(ssl);
    SSL_set_quiet_shutdown(ssl, 0);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(file);
}

static void fail(SSL *ssl, int result) {
    errx(1, "TLS failed: %d after %d", SSL_get_error(ssl, result), result);
}

/* Goes on with a handshake and answers whether its ticket has come. */
static int step(SSL *ssl) {
    char bytes[64];
    unsigned before = tickets;
    int result = SSL_read(ssl, bytes, sizeof bytes);
    if (tickets != before)
        return 1;
    int reason = SSL_get_error(ssl, result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
        fail(ssl, result);
    return 0;
}

static void take_ticket(void) {
    SSL *ssl = open_connection(0);
    int result = SSL_connect(ssl);
    if (result != 1)
        fail(ssl, result);
    SSL_clear_mode(ssl, SSL_MODE_AUTO_RETRY);
    while (!step(ssl))
        ;
    close_connection(ssl);
}

static void begin(int queue) {
    SSL *ssl = open_connection(SOCK_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = ssl};
    epoll_ctl(queue, EPOLL_CTL_ADD, SSL_get_fd(ssl), &event);
}

static double handshakes(double seconds, int size) {
    struct epoll_event events[MOST_AT_ONCE];
    int queue = epoll_create1(0);
    unsigned count = 0;
    for (int i = 0; i < size; i++)
        begin(queue);
    double began = now(), time = began;
    while (time - began < seconds) {
        int ready = epoll_wait(queue, events, MOST_AT_ONCE, 10000);
        if (ready <= 0)
            errx(1, "the server does nothing");
        for (int i = 0; i < ready; i++) {
            SSL *ssl = events[i].data.ptr;
            if (!step(ssl))
                continue;
            if (is_resuming && !SSL_session_reused(ssl))
                errx(1, "not resumed");
            close_connection(ssl);
            begin(queue);
            count++;
        }
        time = now();
    }
    return count / (time - began);
}

static double bulk(double seconds, int is_out) {
    static char bytes[RECORD];
    SSL *ssl = open_connection(0);
    int result = SSL_connect(ssl);
    if (result != 1)
        fail(ssl, result);
    const char *request = "GET /bulk HTTP/1.0\r\n\r\n";
    if (is_out)
        SSL_write(ssl, request, (int)strlen(request));
    double count = 0, began = now(), time;
    do {
        result = is_out ? SSL_read(ssl, bytes, RECORD) : SSL_write(ssl, bytes, RECORD);
        if (result <= 0)
            fail(ssl, result);
        count += result;
        time = now();
    } while (time - began < seconds);
    return count / (time - began);
}

int main(int argc, char **argv) {
    if (argc < 5)
        errx(64, "usage: tls-load full|resumed|in|out ADDRESS PORT SECONDS [SIZE GROUP]");
    server.sin_port = htons((uint16_t)atoi(argv[3]));
    if (inet_pton(AF_INET, argv[2], &server.sin_addr) != 1)
        errx(64, "no address: %s", argv[2]);
    double seconds = atof(argv[4]);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_ticket);
    int is_bulk = strcmp(argv[1], "in") == 0 || strcmp(argv[1], "out") == 0;
    if (is_bulk) {
        printf("%.0f\n", bulk(seconds, argv[1][0] == 'o'));
        return 0;
    }
    int size = argc > 5 ? atoi(argv[5]) : 0;
    if (size < 1 || size > MOST_AT_ONCE)
        errx(64, "expected 1 to %d at a time", MOST_AT_ONCE);
    if (argc > 6 && !SSL_CTX_set1_groups_list(context, argv[6]))
        errx(64, "no group: %s", argv[6]);
    if (strcmp(argv[1], "resumed") == 0) {
        take_ticket();
        is_resuming = 1;
    }
    printf("%.1f\n", handshakes(seconds, size));
    return 0;
}
