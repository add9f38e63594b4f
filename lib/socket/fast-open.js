'use strict';

/**
 * TCP Fast Open (RFC 7413): data that go with the handshake. C does it (src/core/early_data.c). How the handle is to
 * connect, by multipath TCP too, C learns here.
 */

const { Buffer } = require('node:buffer');

const native = require('../native/binding');
const { viewOf } = require('../common/bytes');
const { linuxFlag, needLinux } = require('../common/platform');
const { Handle, TCP } = require('../native/handle');
const { kEarlyData, kHandle, kProxyHeaderToSend, kQueuedFiles } = require('./state');
const { validateInt32 } = require('../common/validate');

/**
 * Connections that have sent data with the handshake and are not established yet, at a listener: with `fastOpen:
 * true`.
 */
const FAST_OPEN_QUEUE = 256;

const NO_BYTES = Buffer.alloc(0);

/* --- options ---------------------------------------------------------------------------------------------------- */

/** @returns {boolean} the option of connect(): the first write may go with the handshake */
const fastOpenOption = (options) => linuxFlag(options, 'fastOpen');

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
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (!Array.isArray(data)) return viewOf(data);
  return Buffer.concat(data.map((item) => bytesOf(item.chunk, item.encoding)));
}

/**
 * The first write, as a Buffer, where it may go with the handshake: a file among what waits (send-file.js) has no
 * bytes here.
 */
function earlyBytes({ _pendingData: data, _pendingEncoding: encoding, [kQueuedFiles]: files }) {
  return data && files === 0 ? bytesOf(data, encoding) : null;
}

/**
 * Tells C how the handle is to connect. What was written already may go with the handshake, behind the header of the
 * PROXY protocol where there is one: nothing ever goes before that. 0 or a negative code.
 */
function prepareOpening(socket, { fastOpen, multipath }) {
  if (!fastOpen && !multipath) return 0;
  if (!fastOpen) return native.setOpening(socket[kHandle].id, multipath, undefined);
  const header = socket[kProxyHeaderToSend] ?? NO_BYTES;
  const buffer = earlyBytes(socket);
  const offered = buffer === null ? header : Buffer.concat([header, buffer]);
  const err = native.setOpening(socket[kHandle].id, multipath, offered);

  if (!err) socket[kEarlyData] = { buffer, sent: 0 };
  return err;
}

/** There is a connection: what has gone with the handshake, of the header first, need not be sent any more. */
function settleOpening(socket) {
  const { [kEarlyData]: early, [kProxyHeaderToSend]: header } = socket;
  const sent = native.openingSent(socket[kHandle].id);
  const ofHeader = Math.min(sent, header?.length ?? 0);

  if (early.buffer === null) socket[kEarlyData] = null;
  else early.sent = sent - ofHeader;
  if (header !== null) socket[kProxyHeaderToSend] = ofHeader < header.length ? header.subarray(ofHeader) : null;
}

/* --- listening ---------------------------------------------------------------------------------------------------- */

/** Lets clients send data with the handshake. What is no TCP handle of cnet's stays as it is. */
function listenFast(handle, queue) {
  if (queue > 0 && handle instanceof TCP) native.fastOpenQueue(handle.id, queue);
}

/** What C knows of a connection that there is: false before and after it. */
const ask = (socket, question) => {
  const handle = socket.connecting ? null : socket[kHandle];
  return handle instanceof Handle && handle.id >= 0 && native[question](handle.id) === 1;
};

const methods = {
  /** Whether the handshake has brought data, in either direction: TCP Fast Open (RFC 7413). */
  get fastOpen() {
    return ask(this, 'usedFastOpen');
  },
};

module.exports = { ask, fastOpenOption, fastOpenQueue, listenFast, methods, prepareOpening, settleOpening };
