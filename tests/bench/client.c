/* Many WebSocket clients in one small process: open, join, count the marked frames.
 *
 *   client PORT PATH NUMBER JOINS
 *
 * JOINS is 1 to send the operation `join` after the handshake. Prints READY when every client is
 * in. Then, on stdin: Z forgets what was counted, R reports it as one line of JSON, Q quits.
 * A marked frame is a text frame holding "ns":<CLOCK_MONOTONIC in ns>, from which the latency is
 * taken. RFC 6455; frames from the server are unmasked and here at most 64 KiB long.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 16384, WINDOW = 64, EVENTS = 1024, PER_ADDRESS = 20000 };
enum { TEXT = 1, CLOSE = 8, PING = 9 };
enum state { HANDSHAKE, JOINING, IN, GONE };

struct client {
    int socket;
    enum state state;
    int have;
    long frames;
    unsigned char buffer[BUFFER];
};

static struct client *clients;
static int number, joins, queue, started, in, gone;
static long frames, latencies_have, latencies_room;
static long long *latencies;

static long long now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void put(int socket, const void *data, size_t length)
{
    if (write(socket, data, length) != (ssize_t)length)
        fail("write");
}

/* One masked frame with a mask of zeros: allowed, and the payload stays readable. */
static void put_frame(int socket, int opcode, const char *payload, size_t length)
{
    unsigned char frame[200] = {0x80 | opcode, 0x80 | length};
    if (length > 125)
        exit(3);
    memcpy(frame + 6, payload, length);
    put(socket, frame, length + 6);
}

static void open_client(struct client *c, int index, int port, const char *path)
{
    /* 127.0.0.1, .2, ...: one address has too few ports for tens of thousands. */
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + index / PER_ADDRESS);
    char request[512];
    int length = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path, port, port);
    c->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->socket, (struct sockaddr *)&to, sizeof to) < 0)
        fail("connect");
    put(c->socket, request, length);
    fcntl(c->socket, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(queue, EPOLL_CTL_ADD, c->socket, &event);
}

static void came_in(struct client *c)
{
    c->state = IN;
    if (++in == number) {
        puts("READY");
        fflush(stdout);
    }
}

/* The HTTP answer ends with an empty line; returns how many bytes it took, 0 when not yet all. */
static int shake_hands(struct client *c)
{
    char join[100];
    c->buffer[c->have] = 0;
    char *end = strstr((char *)c->buffer, "\r\n\r\n");
    if (!end)
        return 0;
    if (strncmp((char *)c->buffer, "HTTP/1.1 101", 12)) {
        fprintf(stderr, "%.100s\n", c->buffer);
        exit(2);
    }
    if (!joins) {
        came_in(c);
    } else {
        c->state = JOINING;
        int length = snprintf(join, sizeof join,
            "{\"op\":\"join\",\"id\":1,\"tab\":\"bench-%016d\"}", (int)(c - clients));
        put_frame(c->socket, TEXT, join, length);
    }
    return end + 4 - (char *)c->buffer;
}

static void hear_text(struct client *c, unsigned char *text, int length)
{
    char *mark = memmem(text, length, "\"ns\":", 5);
    if (c->state == JOINING && memmem(text, length, "\"reply\"", 7)) {
        if (!memmem(text, length, "\"ok\":true", 9)) {
            fprintf(stderr, "%.*s\n", length, text);
            exit(2);
        }
        came_in(c);
    }
    if (!mark)
        return;
    frames++;
    c->frames++;
    if (latencies_have < latencies_room)
        latencies[latencies_have++] = now_ns() - atoll(mark + 5);
}

/* One frame from the buffer's start; returns its length, 0 when it is not all there. */
static int hear_frame(struct client *c, unsigned char *b, int have)
{
    int head = 2, length, opcode;
    if (have < 2)
        return 0;
    opcode = b[0] & 15;
    length = b[1] & 127;
    if (length == 127)
        exit(3);
    if (length == 126) {
        if (have < 4)
            return 0;
        length = b[2] << 8 | b[3];
        head = 4;
    }
    if (have < head + length)
        return 0;
    if (opcode == TEXT)
        hear_text(c, b + head, length);
    else if (opcode == PING)
        put_frame(c->socket, 10, (char *)b + head, length);
    return head + length;
}

static void hear(struct client *c)
{
    int used = 0, step;
    int got = read(c->socket, c->buffer + c->have, BUFFER - 1 - c->have);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        close(c->socket);
        c->state = GONE;
        gone++;
        return;
    }
    c->have += got;
    if (c->state == HANDSHAKE && !(used = shake_hands(c)))
        return;
    while ((step = hear_frame(c, c->buffer + used, c->have - used)))
        used += step;
    memmove(c->buffer, c->buffer + used, c->have -= used);
}

static int compare(const void *a, const void *b)
{
    long long x = *(const long long *)a, y = *(const long long *)b;
    return (x > y) - (x < y);
}

static double latency_ms(double part)
{
    return latencies_have ? latencies[(long)((latencies_have - 1) * part)] / 1e6 : 0;
}

static void report(void)
{
    long fewest = number ? clients[0].frames : 0;
    for (int i = 0; i < number; i++)
        if (clients[i].frames < fewest)
            fewest = clients[i].frames;
    qsort(latencies, latencies_have, sizeof *latencies, compare);
    printf("{\"frames\":%ld,\"fewest\":%ld,\"gone\":%d,\"p50_ms\":%.2f,\"p99_ms\":%.2f}\n",
           frames, fewest, gone, latency_ms(.5), latency_ms(.99));
    fflush(stdout);
}

static void obey(void)
{
    char order;
    if (read(0, &order, 1) <= 0 || order == 'Q')
        exit(0);
    if (order == 'R')
        report();
    if (order == 'Z') {
        frames = latencies_have = 0;
        for (int i = 0; i < number; i++)
            clients[i].frames = 0;
        puts("Z");
        fflush(stdout);
    }
}

int main(int count, char **words)
{
    if (count != 5)
        return 2;
    number = atoi(words[3]);
    joins = atoi(words[4]);
    clients = calloc(number, sizeof *clients);
    latencies_room = 4000000;
    latencies = malloc(latencies_room * sizeof *latencies);
    queue = epoll_create1(0);
    struct epoll_event events[EVENTS], orders = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(queue, EPOLL_CTL_ADD, 0, &orders);
    for (;;) {
        while (started < number && started - in < WINDOW) {
            open_client(&clients[started], started, atoi(words[1]), words[2]);
            started++;
        }
        int ready = epoll_wait(queue, events, EVENTS, 1000);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr)
                hear(events[i].data.ptr);
            else
                obey();
        }
    }
}
