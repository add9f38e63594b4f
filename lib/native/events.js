'use strict';

/**
 * The functions that C calls, and nothing else: the hot path. C names a stream by its number; the tables say which
 * Handle that is, and whose idle timeout.
 */

const {
  kAttempted, kConnected, kDescriptors, kDropped, kExhausted, kOwner, kRead, kShutDown, kWritten,
} = require('../common/symbols');
const { guard } = require('../common/thrown');

/** @type {Array<import('./handle').Handle | undefined>} by stream number */
const handles = [];

/** @type {Array<import('../socket/idle-timeout').IdleTimeout | undefined>} by number of the idle timeout */
const timeouts = [];

/** CNET_EXHAUSTED of src/core/internal.h. */
const EXHAUSTED = 1000;

/** A connection was accepted, `status` 0, or could not be; above zero it is there, and is to be refused. */
function onaccept(id, status, client) {
  const handle = handles[id];
  if (status === EXHAUSTED) handle[kOwner]?.[kExhausted]();
  else handle.onconnection(status, status >= 0 ? handle.accepted(client) : undefined);
}

/** The peer of a Unix socket; one that cannot be seen from here, as in another PID namespace, has no `pid`. */
const describePeer = (pid, uid, gid) => ({ pid: pid > 0 ? pid : undefined, uid, gid });

/** What 'drop' tells of a connection that `allowedUids` has turned away. */
const describeRefused = (...credentials) => ({ reason: 'credentials', ...describePeer(...credentials) });

/** By cnet_verdict_t: the limit of a server that turned a connection away. The first: it has none but maxConnections. */
const REASONS = [
  undefined, 'maxConnections', 'maxConnectionsPerAddress', 'maxConnectionsPerPrefix', 'maxConnectionRate',
];

/** A limit of a server, or who the peer is (undefined, pid, uid, gid), turned a connection away. */
function ondrop(id, verdict, localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily) {
  const { [kOwner]: owner } = handles[id];
  if (owner === null) return;
  if (verdict === undefined) {
    owner[kDropped](describeRefused(localAddress, localPort, localFamily));
    return;
  }
  const data =
    localAddress === undefined
      ? undefined
      : { localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily };
  owner[kDropped](data, REASONS[verdict]);
}

/** A step of a connection attempt; see cnet_phase_t. */
function onattempt(id, index, phase, status) {
  handles[id][kOwner][kAttempted](index, phase, status);
}

/** A connect() has led to a connection. */
function onconnect(id) {
  handles[id][kOwner][kConnected]();
}

/** Bytes of the largest read and the largest write that lie in `event`: CNET_INLINE of src/core/internal.h. */
const INLINE = 64;

/**
 * What C tells of a read: the stream, the bytes or a status below zero, and then the bytes themselves when they are few. Behind
 * them is the place for the bytes of a small write.
 */
const event = new Int32Array(2 + (2 * INLINE) / 4);

/** The bytes in `event`. C writes to them again with the next read: nobody else is ever given this memory. */
const inlined = new Uint8Array(event.buffer, 8, INLINE);

/** Where the bytes of a small write are put: see write.js. Nobody else is ever given this memory either. */
const outgoing = new Uint8Array(event.buffer, 8 + INLINE, INLINE);

/** Of the read that is being told of. */
let memoryOfRead;

const tellRead = guard(() => {
  const memory = memoryOfRead;
  memoryOfRead = undefined;
  handles[event[0]][kOwner][kRead](event[1], memory);
});

/**
 * Bytes lie in `memory`, which is this read's alone; true: in the shared memory (socket/parser-reader.js); undefined: in
 * `event`, or in the user's buffer.
 */
function onread(memory) {
  memoryOfRead = memory;
  tellRead();
}

/** A write that had to wait has ended. */
function onwrite(id, status) {
  handles[id][kOwner][kWritten](status);
}

function onshutdown(id, status) {
  handles[id][kOwner][kShutDown](status);
}

/** The stream is gone; its number may be given to another one. */
function onclose(id) {
  const handle = handles[id];
  handles[id] = undefined;
  if (handle !== undefined) handle.onclose?.();
}

function ontimeout(id) {
  timeouts[id].fire();
}

/** Descriptors have come with the `length` bytes that onread() is called with next. */
function ondescriptors(id, length) {
  handles[id][kOwner][kDescriptors](length);
}

/** A bindFile() that had to wait has ended. */
function onbound(id, status) {
  handles[id]?.onbound?.(status);
}

/** @type {Map<number, (address: string, family: 'ipv4' | 'ipv6') => boolean>} the block lists whose rules C does not have */
const answers = new Map();

/** Whether such a list holds an address. */
function onquestion(number, address, family) {
  return answers.get(number)?.(address, family === 6 ? 'ipv6' : 'ipv4');
}

module.exports = {
  REASONS,
  answers,
  handles,
  timeouts,
  event,
  INLINE,
  inlined,
  outgoing,
  describePeer,
  describeRefused,
  onaccept,
  onattempt,
  onbound,
  onclose,
  onconnect,
  ondescriptors,
  ondrop,
  onquestion,
  onread,
  onshutdown,
  ontimeout,
  onwrite,
};
