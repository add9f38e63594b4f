/*
 * tcp_info.c: what the kernel knows of a TCP connection: TCP_INFO of tcp(7) on Linux, TCP_INFO_v0 on Windows.
 *
 * Linux' struct grows at its end: an old kernel gives less than is asked for, a new one no more. So the fields are
 * taken by their places, which are part of the kernel's interface (linux/tcp.h, mstcpip.h), and not from the struct of
 * a header, which may lack it.
 */
#include "tcp_info.h"

#include "internal.h"

#if defined(__linux__) || defined(_WIN32)
#include <math.h>
#include <string.h>

#include "queue.h"

/* What a field is. */
typedef enum kind {
  U8,
  U16,
  U32,
  U64,
  LOW_BITS,   /* the low nibble of a byte */
  HIGH_BITS,  /* the high nibble */
  BIT,        /* the lowest bit: a boolean */
  UNLESS_MAX, /* U32; the highest number: none */
  THRESHOLD,  /* U32; INT32_MAX: infinite (TCP_INFINITE_SSTHRESH of the kernel) */
  RATE,       /* U64; the highest number: infinite */
  STATE,      /* a number of the states of TCP: a byte on Linux, 32 bits on Windows */
  CONGESTION, /* a number of the states of congestion control */
} kind_t;

typedef struct field {
  const char *name;
  uint16_t offset;
  uint8_t kind;
} field_t;

#define TCP_INFO_ROOM 512 /* more than any kernel gives */

#if defined(_WIN32)

#define STATE_SIZE 4

static const char *const STATES[] = {"CLOSE",     "LISTEN",     "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT1",
                                     "FIN_WAIT2", "CLOSE_WAIT", "CLOSING",  "LAST_ACK", "TIME_WAIT"};

/* ULONG64 is aligned to 8 bytes on each processor. */
static const field_t fields[] = {
    {"state", 0, STATE},
    {"sendMssBytes", 4, U32},
    {"connectionMilliseconds", 8, U64},
    {"timestamps", 16, BIT},
    {"rttMicroseconds", 20, U32},
    {"minRttMicroseconds", 24, UNLESS_MAX},
    {"unackedBytes", 28, U32},
    {"congestionWindowBytes", 32, U32},
    {"sendWindowBytes", 36, U32},
    {"receiveWindowBytes", 40, U32},
    {"receiveBufferBytes", 44, U32},
    {"bytesSent", 48, U64},
    {"bytesReceived", 56, U64},
    {"bytesReordered", 64, U32},
    {"bytesRetransmitted", 68, U32},
    {"fastRetransmits", 72, U32},
    {"duplicateAcksReceived", 76, U32},
    {"timeoutEpisodes", 80, U32},
    {"synRetransmits", 84, U8},
};

#else

#define STATE_SIZE 1

static const char *const STATES[] = {"",          "ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
                                     "TIME_WAIT", "CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING"};

static const field_t fields[] = {
    {"state", 0, STATE},
    {"congestionState", 1, CONGESTION},
    {"retransmits", 2, U8},
    {"probes", 3, U8},
    {"backoff", 4, U8},
    {"sendWindowScale", 6, LOW_BITS},
    {"receiveWindowScale", 6, HIGH_BITS},
    {"deliveryRateAppLimited", 7, BIT},
    {"rtoMicroseconds", 8, U32},
    {"atoMicroseconds", 12, U32},
    {"sendMssBytes", 16, U32},
    {"receiveMssBytes", 20, U32},
    {"unackedSegments", 24, U32},
    {"sackedSegments", 28, U32},
    {"lostSegments", 32, U32},
    {"retransmittedSegments", 36, U32},
    {"lastDataSentMilliseconds", 44, U32},
    {"lastDataReceivedMilliseconds", 52, U32},
    {"lastAckReceivedMilliseconds", 56, U32},
    {"pathMtuBytes", 60, U32},
    {"receiveThresholdBytes", 64, U32},
    {"rttMicroseconds", 68, U32},
    {"rttVariationMicroseconds", 72, U32},
    {"slowStartThresholdSegments", 76, THRESHOLD},
    {"congestionWindowSegments", 80, U32},
    {"advertisedMssBytes", 84, U32},
    {"reorderingSegments", 88, U32},
    {"receiveRttMicroseconds", 92, U32},
    {"receiveSpaceBytes", 96, U32},
    {"totalRetransmittedSegments", 100, U32},
    {"pacingRateBytesPerSecond", 104, RATE},
    {"maxPacingRateBytesPerSecond", 112, RATE},
    {"bytesAcked", 120, U64},
    {"bytesReceived", 128, U64},
    {"segmentsSent", 136, U32},
    {"segmentsReceived", 140, U32},
    {"bytesNotSent", 144, U32},
    {"minRttMicroseconds", 148, UNLESS_MAX},
    {"dataSegmentsReceived", 152, U32},
    {"dataSegmentsSent", 156, U32},
    {"deliveryRateBytesPerSecond", 160, U64},
    {"busyMicroseconds", 168, U64},
    {"receiveWindowLimitedMicroseconds", 176, U64},
    {"sendBufferLimitedMicroseconds", 184, U64},
    {"deliveredSegments", 192, U32},
    {"deliveredCongestionMarkedSegments", 196, U32},
    {"bytesSent", 200, U64},
    {"bytesRetransmitted", 208, U64},
    {"duplicateSackSegments", 216, U32},
    {"reorderingEvents", 220, U32},
    {"outOfOrderSegmentsReceived", 224, U32},
    {"sendWindowBytes", 228, U32},
    {"receiveWindowBytes", 232, U32},
    {"rehashes", 236, U32},
    {"totalTimeouts", 240, U16},
    {"totalTimeoutRecoveries", 242, U16},
    {"totalTimeoutMilliseconds", 244, U32},
};

#endif

static size_t size_of(kind_t kind) {
  static const uint8_t SIZES[] = {
      [U16] = 2, [U32] = 4, [UNLESS_MAX] = 4, [THRESHOLD] = 4, [U64] = 8, [RATE] = 8, [STATE] = STATE_SIZE,
  };
  return (size_t)kind < sizeof SIZES && SIZES[kind] > 0 ? SIZES[kind] : 1;
}

/* The unsigned integer of `size` bytes. */
static uint64_t integer_at(const unsigned char *bytes, size_t size) {
  uint16_t two;
  uint32_t four;
  uint64_t eight;

  switch (size) {
  case 1:
    return *bytes;
  case 2:
    memcpy(&two, bytes, sizeof two);
    return two;
  case 4:
    memcpy(&four, bytes, sizeof four);
    return four;
  default:
    memcpy(&eight, bytes, sizeof eight);
    return eight;
  }
}

/* Bit-fields begin at the lowest bit where the lowest byte comes first, else at the highest. */
static uint64_t bits(uint64_t byte, unsigned shift, unsigned count) {
  const uint16_t one = 1;
  bool is_little = *(const unsigned char *)&one == 1;

  return (byte >> (is_little ? shift : 8 - shift - count)) & ((1u << count) - 1);
}

static void set_text(cnet_field_t *out, const char *const *texts, size_t count, uint64_t number) {
  out->kind = number < count ? CNET_FIELD_TEXT : CNET_FIELD_NONE;
  out->text = number < count ? texts[number] : NULL;
}

static void set_value(cnet_field_t *out, kind_t kind, uint64_t value) {
  static const char *const congestion[] = {"open", "disorder", "cwr", "recovery", "loss"};

  out->kind = CNET_FIELD_NUMBER;
  out->number = (double)value;
  switch (kind) {
  case STATE:
    set_text(out, STATES, sizeof STATES / sizeof *STATES, value);
    break;
  case CONGESTION:
    set_text(out, congestion, sizeof congestion / sizeof *congestion, value);
    break;
  case LOW_BITS:
    out->number = (double)bits(value, 0, 4);
    break;
  case HIGH_BITS:
    out->number = (double)bits(value, 4, 4);
    break;
  case BIT:
    out->kind = CNET_FIELD_BOOL;
    out->number = (double)bits(value, 0, 1);
    break;
  case UNLESS_MAX:
    if (value == UINT32_MAX) out->kind = CNET_FIELD_NONE;
    break;
  case THRESHOLD:
    if (value == INT32_MAX) out->number = INFINITY;
    break;
  case RATE:
    if (value == UINT64_MAX) out->number = INFINITY;
    break;
  default:
    break;
  }
}

int cnet_tcp_info(const cnet_stream_t *stream, cnet_field_t out[CNET_TCP_FIELDS_MAX]) {
  unsigned char info[TCP_INFO_ROOM];
  uint32_t size = sizeof info;
  const size_t count = sizeof fields / sizeof *fields;

  _Static_assert(sizeof fields / sizeof *fields <= CNET_TCP_FIELDS_MAX, "there is room for all of them");
  if (stream->kind != CNET_TCP) return UV_EBADF;
  int err = cnet_platform_tcp_info(stream->uv, info, &size);
  if (err) return err;
  for (size_t i = 0; i < count; i++) {
    size_t length = size_of((kind_t)fields[i].kind);
    out[i] = (cnet_field_t){.name = fields[i].name};
    if (fields[i].offset + length <= size)
      set_value(&out[i], (kind_t)fields[i].kind, integer_at(info + fields[i].offset, length));
  }
  return (int)count;
}

#else /* others have other structs, or none */

int cnet_tcp_info(const cnet_stream_t *stream, cnet_field_t out[CNET_TCP_FIELDS_MAX]) {
  (void)out;
  return stream->kind == CNET_TCP ? UV_ENOTSUP : UV_EBADF;
}

#endif
