'use strict';

/**
 * How a TCP connection is opened, beyond what Node has: several addresses at once, multipath TCP, data with the handshake.
 * C does it: src/race.c, src/opening.c.
 */

const { Buffer } = require('node:buffer');

const native = require('./binding');
const { viewOf } = require('./bytes');
const { needLinux } = require('./feature');
const { Handle, MULTIPATH, TCP } = require('./handle');
const { kEarly, kFiles, kHandle } = require('./symbols');
const { validateBoolean, validateInt32 } = require('./validate');

/** Connections that have sent data with the handshake and are not established yet, at a listener: with `fastOpen: true`. */
const FAST_OPEN_QUEUE = 256;

const NO_BYTES = Buffer.alloc(0);

/* --- options ---------------------------------------------------------------------------------------------------- */

/** @returns {number | undefined} milliseconds from one attempt to the next; undefined: one after the other */
function raceOption({ connectionAttemptDelay: delay }) {
  if (delay === undefined) return undefined;
  validateInt32(delay, 'options.connectionAttemptDelay', 10);
  return delay;
}

function flagOption(options, name) {
  const value = options[name];
  if (value === undefined) return false;
  validateBoolean(value, `options.${name}`);
  if (value) needLinux(`options.${name}`);
  return value;
}

/** @returns {{ delay?: number, fastOpen: boolean, multipath: boolean }} the options of connect() */
function openingOptions(options) {
  const fastOpen = flagOption(options, 'fastOpen');
  return { delay: raceOption(options), fastOpen, multipath: flagOption(options, 'multipath') };
}

/** @returns {number} the flag of bind() for the option of listen(), or 0 */
function multipathFlag(options) {
  return flagOption(options, 'multipath') ? MULTIPATH : 0;
}

/** @returns {number} the length of the queue; 0: off */
function fastOpenQueue({ fastOpen }) {
  if (fastOpen === undefined || fastOpen === false) return 0;
  if (fastOpen !== true) validateInt32(fastOpen, 'options.fastOpen', 0);
  needLinux('options.fastOpen');
  return fastOpen === true ? FAST_OPEN_QUEUE : fastOpen;
}

/* --- connecting --------------------------------------------------------------------------------------------------- */

/** All that one write has brought, as a Buffer. */
function bytesOf(data, encoding) {
  if (!data) return NO_BYTES;
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (!Array.isArray(data)) return viewOf(data);
  return Buffer.concat(data.map((item) => bytesOf(item.chunk, item.encoding)));
}

/** Tells C how the handle is to connect; what was written already may go with the handshake. 0 or a negative code. */
function prepareOpening(socket, { fastOpen, multipath }) {
  if (!fastOpen && !multipath) return 0;
  const pending = socket[kFiles] === 0 ? socket._pendingData : null; // a file has no bytes here: see send-file.js
  const buffer = fastOpen ? bytesOf(pending, socket._pendingEncoding) : undefined;
  const err = native.setOpening(socket[kHandle].id, multipath, buffer);

  if (!err && fastOpen && pending) socket[kEarly] = { buffer, sent: 0 };
  return err;
}

/** There is a connection: how much of that has gone. */
function settleOpening(socket) {
  socket[kEarly].sent = native.openingSent(socket[kHandle].id);
}

/* --- listening ---------------------------------------------------------------------------------------------------- */

/** Lets clients send data with the handshake. What is no TCP handle of cnet's stays as it is. */
function listenFast(handle, queue) {
  if (queue > 0 && handle instanceof TCP) native.fastOpenQueue(handle.id, queue);
}

/* --- errors ------------------------------------------------------------------------------------------------------- */

/** One line for all addresses of a race: `All 2 connection attempts failed: connect …; connect …`. */
function raceMessage(errors) {
  return `All ${errors.length} connection attempts failed: ${errors.map(({ message }) => message).join('; ')}`;
}

const ask = (socket, question) => {
  const handle = socket.connecting ? null : socket[kHandle];
  return handle instanceof Handle && handle.id >= 0 && native[question](handle.id) === 1;
};

const methods = {
  [kEarly]: null,

  /** Whether the handshake has brought data, in either direction: TCP Fast Open (RFC 7413). */
  get fastOpen() {
    return ask(this, 'usedFastOpen');
  },

  /** Whether both ends speak multipath TCP (RFC 8684), and not TCP alone. */
  get multipath() {
    return ask(this, 'isMultipath');
  },
};

module.exports = { fastOpenQueue, listenFast, methods, multipathFlag, openingOptions, prepareOpening, raceMessage, settleOpening };
