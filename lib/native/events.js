'use strict';

/**
 * The functions that C calls, and nothing else: the hot path. C names a stream by its number; the tables say which
 * Handle that is, and whose idle timeout.
 */

const {
  kAttempted, kClosed, kConnected, kDescriptors, kDropped, kExhausted, kOwner, kRead, kShutDown, kUserDropped, kWritten,
} = require('../common/symbols');
const { EVENT: { COUNT_RESTS, INLINE, LENGTH, OUTGOING, READ, RESTS, STATUS, STREAM, WRITE }, VERDICT } = require('./constants');
const { guard } = require('../common/thrown');

const { BYTES_PER_ELEMENT } = Int32Array;

/** The limits of a server that turn a connection away, by the numbers of C. @type {string[]} */
const REASONS = [];
REASONS[VERDICT.FULL] = 'maxConnections';
REASONS[VERDICT.FULL_ADDRESS] = 'maxConnectionsPerAddress';
REASONS[VERDICT.FULL_PREFIX] = 'maxConnectionsPerPrefix';
REASONS[VERDICT.TOO_FAST] = 'maxConnectionRate';

/** @type {Array<import('./handle').Handle | undefined>} by stream number */
const handles = [];

/** @type {Array<import('../socket/idle-timeout').IdleTimeout | undefined>} by number of the idle timeout */
const timeouts = [];

/** A connection was accepted, `status` 0, or could not be. */
function onaccept(id, status, client) {
  const handle = handles[id];
  handle.onconnection(status, status === 0 ? handle.accepted(client) : undefined);
}

/** The connection just accepted used the process's last descriptor. */
function onexhausted(id) {
  handles[id][kOwner]?.[kExhausted]();
}

/** The header of a connection is not to be had, or not to be believed; `client` is to be closed. */
function onheaderrejected(id, reason, client) {
  const handle = handles[id];
  handle.onheaderrejected(reason, handle.accepted(client));
}

/** A limit of a server turned a connection away. */
function ondrop(id, verdict, localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily) {
  const data =
    localAddress === undefined
      ? undefined
      : { localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily };
  handles[id][kOwner]?.[kDropped](data, REASONS[verdict]);
}

/** A number of the system's; undefined where it does not tell one. */
const told = (number) => (number >= 0 ? number : undefined);

/** The peer of a Unix socket; one that cannot be seen from here, as in another PID namespace, has no `pid`. */
const describePeer = (pid, uid, gid) => ({ pid: pid > 0 ? pid : undefined, uid: told(uid), gid: told(gid) });

/** The peer is none of those who may connect. */
function onuserdrop(id, pid, uid, gid) {
  handles[id][kOwner]?.[kUserDropped](describePeer(pid, uid, gid));
}

/** A step of a connection attempt; `option`: the index of the socket option that failed, in the phase of that name. */
function onattempt(id, index, phase, status, option) {
  handles[id][kOwner][kAttempted](index, phase, status, option);
}

/** A connect() has led to a connection. A hook of async_hooks that is called before this may close the handle. */
function onconnect(id) {
  const handle = handles[id];
  if (handle?.id === id) handle[kOwner][kConnected]();
}

/**
 * What C tells of a read: the stream, the bytes or a status below zero, and then the bytes themselves when they are
 * few. Behind them is the place for the bytes of a small write, and for how many bytes a text has become.
 */
const event = new Int32Array(LENGTH);

/**
 * The bytes in `event`, by how many these are. C writes to them again with the next read: nobody else is ever given
 * this memory.
 */
const inlined = Array.from(
  { length: INLINE + 1 },
  (_, length) => new Uint8Array(event.buffer, READ * BYTES_PER_ELEMENT, length),
);

/** Where the bytes of a small write are put: see write.js. Nobody else is ever given this memory either. */
const outgoing = new Uint8Array(event.buffer, WRITE * BYTES_PER_ELEMENT, OUTGOING);

/** Which idle timeouts rest, by their numbers; of those with larger numbers C is told. */
const rests = new Uint8Array(event.buffer, RESTS * BYTES_PER_ELEMENT, COUNT_RESTS);

/** Of the read that is being told of. */
let memoryOfRead;

const tellRead = guard(() => {
  const memory = memoryOfRead;
  memoryOfRead = undefined;
  handles[event[STREAM]][kOwner][kRead](event[STATUS], memory);
});

/**
 * Bytes lie in `memory`, which is this read's alone; true: in the shared memory (socket/parser-reader.js); undefined:
 * in `event`, or in the user's buffer.
 */
function onread(memory) {
  memoryOfRead = memory;
  tellRead();
}

/** What reads the shared memory for Node's parser of http: socket/parser-reader.js gives it. */
const reader = { parse: null, finish: null };

/**
 * The status becomes 0 where onparsed() need not come.
 * @returns {boolean} whether the parser of the stream has had the bytes in the shared memory; else onread() comes
 */
const onparse = guard(() => reader.parse(handles[event[STREAM]][kOwner], event[STATUS]));

const onparsed = guard(() => reader.finish());

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
  if (handle === undefined) return;
  handle.onclose?.();
  handle[kOwner]?.[kClosed]?.(handle);
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

/**
 * @type {Map<number, (address: string, family: 'ipv4' | 'ipv6') => boolean>} the block lists whose rules C does not
 * have
 */
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
  inlined,
  outgoing,
  reader,
  rests,
  describePeer,
  onaccept,
  onattempt,
  onbound,
  onclose,
  onconnect,
  ondescriptors,
  ondrop,
  onexhausted,
  onheaderrejected,
  onparse,
  onparsed,
  onquestion,
  onread,
  onshutdown,
  ontimeout,
  onuserdrop,
  onwrite,
};
