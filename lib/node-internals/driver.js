'use strict';

/**
 * A Socket of Node's that nobody sees drives a handle: on each line of Node it speaks to the handle in the way of
 * that line, by requests and a state that they share. What it would do as a stream somebody else does.
 */

const { findShared, giveHandle } = require('./handles');
const nodeNet = require('./net');

/* --- requests ----------------------------------------------------------------------------------------------------- */

/** The ways of a handle to write: each takes a request, what is to be written, and gives 0 or a negative code. */
const WRITES = [
  'writeUtf8String', 'writeLatin1String', 'writeAsciiString', 'writeUcs2String', 'writeBuffer', 'writev',
];

/**
 * Since 26.10 Node gives null for the request, for which its own handles make one where a write has to wait. What
 * programs have written does not know of that.
 */
let leavesOut;

function leavesRequestsOut() {
  if (leavesOut !== undefined) return leavesOut;
  const handle = {
    writeUtf8String(request) {
      leavesOut = request === null;
      return 0;
    },
  };
  const socket = new nodeNet.Socket({ handle, manualStart: true, onread: undefined }); // as those of makeDriver()
  nodeNet.callNode(socket, '_writeGeneric', [false, 'x', 'utf8', () => {}]);
  return leavesOut;
}

/**
 * The handle, but for its ways to write, which are given a request as on the older lines. A write that has to wait is
 * one of which the handle says so in the state that it shares with Node: it calls `request.oncomplete(status)`.
 */
function withRequests(original) {
  const shared = leavesRequestsOut() ? findShared() : null;
  if (shared === null) return original;
  const { WriteWrap, kLastWriteErr, kLastWriteWasAsync, streamBaseState } = shared;
  const write = (name, args) => {
    const request = Object.assign(new WriteWrap(), { handle: original, oncomplete() {} });
    streamBaseState[kLastWriteWasAsync] = 0;
    const result = original[name](request, ...args);
    if (result !== 0 || streamBaseState[kLastWriteWasAsync] === 0) return result ?? 0;
    streamBaseState[kLastWriteErr] = 0;
    return request;
  };
  const descriptors = WRITES.map((name) => [name, {
    get: () => (typeof original[name] === 'function' ? (request, ...args) => write(name, args) : original[name]),
  }]);
  return Object.create(original, Object.fromEntries(descriptors));
}

/* --- the socket --------------------------------------------------------------------------------------------------- */

/**
 * @param {object} handle
 * @param {object | undefined} onread the option of new Socket()
 * @param {object} duties what is done in the place of the socket: `push`, `read`, `pause`, `destroy`; `refresh`, when
 *   it is active; `isDestroyed`
 * @returns {import('node:net').Socket}
 */
function makeDriver(handle, onread, { refresh, isDestroyed, ...methods }) {
  const driver = new nodeNet.Socket({ handle, manualStart: true, onread });
  Object.assign(driver, methods, { _unrefTimer: refresh });
  Object.defineProperty(driver, 'destroyed', { get: isDestroyed });
  return driver;
}

/** Writes by `handle`, which the driver has for that long. `isMany`: what cork() has gathered. */
function writeBy(driver, handle, isMany, data, encoding, callback) {
  giveHandle(driver, handle);
  nodeNet.callNode(driver, '_writeGeneric', [isMany, data, encoding, callback]);
}

/** Shuts the handle down, when all is written. */
function shutDownBy(driver, callback) {
  nodeNet.callNode(driver, '_final', [callback]);
}

/**
 * Has `handle` connect. Native ones of Node's take no other request than Node's own.
 * @param {object} to `host` and `port`, or `path`
 * @param {(err: number, wasSent: boolean) => void} done a negative code: it failed, or was not even sent
 */
function connectBy(driver, handle, to, done) {
  const send = (name) => (request, ...args) => {
    giveHandle(driver, handle);
    driver.connecting = false;
    request.oncomplete = (status) => done(status, true);
    const err = handle[name](request, ...args);
    if (err) done(err, false);
    return 0;
  };
  giveHandle(driver, { connect: send('connect'), connect6: send('connect6') });
  nodeNet.callNode(driver, 'connect', [to]); // which no mock is to see: it has seen that of the socket
}

module.exports = { connectBy, makeDriver, shutDownBy, withRequests, writeBy };
