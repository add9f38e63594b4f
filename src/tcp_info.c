/*
 * tcp_info.c: what the kernel knows of a TCP connection: TCP_INFO of tcp(7).
 *
 * The kernel's struct grows at its end: an old one gives less than is asked for, a new one no more. So the fields are
 * taken by their places, which are part of the kernel's interface (linux/tcp.h), and not from the struct of a header.
 */
#include <string.h>

#include "exports.h"
#include "napi_util.h"

#if defined(__linux__)
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

/* What a field is. */
typedef enum kind {
  U8,
  U16,
  U32,
  U64,
  LOW_BITS,   /* the lower four bits of a byte, or, */
  HIGH_BITS,  /* of what is a bit-field, the others */
  BIT,        /* the lowest bit: a boolean */
  UNLESS_MAX, /* U32; the highest number: none */
  THRESHOLD,  /* U32; INT32_MAX: infinite (TCP_INFINITE_SSTHRESH of the kernel) */
  RATE,       /* U64; the highest number: infinite */
  STATE,      /* a number of tcp(7)'s states */
  CONGESTION, /* a number of the states of congestion control */
} kind_t;

typedef struct field {
  const char *name;
  uint16_t offset;
  uint8_t kind;
} field_t;

#define TCP_INFO_ROOM 512 /* more than any kernel gives */

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

static size_t size_of(kind_t kind) {
  switch (kind) {
  case U16:
    return 2;
  case U32:
  case UNLESS_MAX:
  case THRESHOLD:
    return 4;
  case U64:
  case RATE:
    return 8;
  default:
    return 1;
  }
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

static napi_value text_of(napi_env napi, const char *const *texts, size_t count, uint64_t number) {
  napi_value none = NULL;

  if (number < count) return cnet_string(napi, texts[number], NAPI_AUTO_LENGTH);
  napi_get_undefined(napi, &none);
  return none;
}

static napi_value number_of(napi_env napi, double value) {
  napi_value result = NULL;
  napi_create_double(napi, value, &result);
  return result;
}

static napi_value value_of(napi_env napi, kind_t kind, uint64_t value) {
  static const char *const states[] = {"",          "ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
                                       "TIME_WAIT", "CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING"};
  static const char *const congestion[] = {"open", "disorder", "cwr", "recovery", "loss"};

  switch (kind) {
  case STATE:
    return text_of(napi, states, sizeof states / sizeof *states, value);
  case CONGESTION:
    return text_of(napi, congestion, sizeof congestion / sizeof *congestion, value);
  case LOW_BITS:
    return number_of(napi, (double)bits(value, 0, 4));
  case HIGH_BITS:
    return number_of(napi, (double)bits(value, 4, 4));
  case BIT:
    return cnet_bool(napi, bits(value, 0, 1) != 0);
  case UNLESS_MAX:
    return value == UINT32_MAX ? text_of(napi, NULL, 0, 0) : number_of(napi, (double)value);
  case THRESHOLD:
    return number_of(napi, value == INT32_MAX ? INFINITY : (double)value);
  case RATE:
    return number_of(napi, value == UINT64_MAX ? INFINITY : (double)value);
  default:
    return number_of(napi, (double)value);
  }
}

/* Sets what the kernel gave, `size` bytes, on `out`; the rest is undefined. 0, or UV_EINVAL: it cannot be set. */
static int set_fields(napi_env napi, napi_value out, const unsigned char *info, uint32_t size) {
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    const field_t *field = &fields[i];
    size_t length = size_of((kind_t)field->kind);
    bool is_there = field->offset + length <= size;
    napi_value value = is_there ? value_of(napi, (kind_t)field->kind, integer_at(info + field->offset, length))
                                : text_of(napi, NULL, 0, 0);
    if (napi_set_named_property(napi, out, field->name, value) != napi_ok) return UV_EINVAL;
  }
  return 0;
}

static int tcp_info(cnet_call_t *call, const cnet_stream_t *stream) {
  unsigned char info[TCP_INFO_ROOM];
  uint32_t size = sizeof info;

  int err = cnet_platform_get_option(stream->uv, IPPROTO_TCP, TCP_INFO, info, &size);
  return err ? err : set_fields(call->napi, call->argv[1], info, size);
}

#else /* others have other structs, or none */

static int tcp_info(cnet_call_t *call, const cnet_stream_t *stream) {
  (void)call;
  (void)stream;
  return UV_ENOTSUP;
}

#endif

/* tcpInfo(id, out): sets the fields above on the object `out`; UV_ENOTSUP: not on this system */
napi_value cnet_js_tcp_info(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL || stream->kind != CNET_TCP) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, tcp_info(&call, stream));
}
