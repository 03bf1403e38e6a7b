// The least a relay can cost: srtp_protect and one sendmmsg every 20 ms for N listeners, in C.
// floor N TICKS PAYLOAD_BYTES gcm128|gcm256|cm80|none: prints ms of CPU for each listener and second.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#define HEADER 12
#define SLOT 512
#define TAG 16

static double cpu_seconds(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_utime.tv_sec + use.ru_stime.tv_sec
         + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static srtp_profile_t profile_named(const char *name) {
    if (!strcmp(name, "gcm128")) return srtp_profile_aead_aes_128_gcm;
    if (!strcmp(name, "gcm256")) return srtp_profile_aead_aes_256_gcm;
    return srtp_profile_aes128_cm_sha1_80;
}

static srtp_t new_session(srtp_profile_t profile) {
    static unsigned char key[64];
    srtp_policy_t policy;
    srtp_t session;
    memset(&policy, 0, sizeof policy);
    for (int i = 0; i < 64; i++) key[i] = rand();
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile);
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile);
    policy.key = key;
    policy.ssrc.type = ssrc_any_outbound;
    policy.window_size = 1024;
    policy.allow_repeat_tx = 1;
    if (srtp_create(&session, &policy)) {
        fprintf(stderr, "libsrtp refuses this profile\n");
        exit(1);
    }
    return session;
}

// A socket nobody reads: with a small buffer the kernel drops, as it does behind a listener's filter.
static struct sockaddr_in new_listener(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int small = 2304, fd = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(fd, (void *)&address, sizeof address);
    getsockname(fd, (void *)&address, &size);
    return address;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    int listeners = atoi(argv[1]), ticks = atoi(argv[2]), payload = atoi(argv[3]);
    int encrypts = strcmp(argv[4], "none");
    srtp_init();
    srtp_t *sessions = calloc(listeners, sizeof *sessions);
    struct sockaddr_in *addresses = calloc(listeners, sizeof *addresses);
    unsigned char (*slab)[SLOT] = malloc((size_t)listeners * SLOT);
    struct mmsghdr *messages = calloc(listeners, sizeof *messages);
    struct iovec *vectors = calloc(listeners, sizeof *vectors);
    for (int i = 0; i < listeners; i++) {
        sessions[i] = new_session(profile_named(argv[4]));
        addresses[i] = new_listener();
        vectors[i].iov_base = slab[i];
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &addresses[i];
        messages[i].msg_hdr.msg_namelen = sizeof addresses[i];
    }
    unsigned char speech[SLOT];
    for (int i = 0; i < SLOT; i++) speech[i] = rand();
    int out = socket(AF_INET, SOCK_DGRAM, 0);
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    double before = cpu_seconds();
    for (int tick = 0; tick < ticks; tick++) {
        due.tv_nsec += 20000000;
        if (due.tv_nsec >= 1000000000) due.tv_nsec -= 1000000000, due.tv_sec++;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        for (int i = 0; i < listeners; i++) {
            unsigned char *packet = slab[i];
            int size = HEADER + payload;
            packet[0] = 0x80, packet[1] = 111, packet[2] = tick >> 8, packet[3] = tick;
            *(unsigned *)(packet + 4) = htonl(tick * 960);
            *(unsigned *)(packet + 8) = htonl(1000);
            memcpy(packet + HEADER, speech, payload);
            if (encrypts) srtp_protect(sessions[i], packet, &size);
            else size += TAG;
            vectors[i].iov_len = size;
        }
        for (int sent = 0; sent < listeners;) {
            int now = sendmmsg(out, messages + sent, listeners - sent, 0);
            if (now <= 0) return 1;
            sent += now;
        }
    }
    double seconds = ticks * 0.02;
    printf("%.5f\n", (cpu_seconds() - before) * 1000 / seconds / listeners);
    return 0;
}
