'use strict';

/** The end of a Socket: end(), destroy() and their kin, until its handle has gone. */

const { Duplex } = require('node:stream');

const connectTimeout = require('./connect-timeout');
const { debug } = require('../common/debug');
const { codes, errnoException } = require('../common/errors');
const { ForeignHandle } = require('./foreign-handle');
const { Handle, TCP } = require('../native/handle');
const { lazily } = require('../common/lazily');
const { KEEPING, callStream, lifeOf } = require('./life');
const {
  kBytesRead,
  kBytesWritten,
  kConnectTimer,
  kHandle,
  kIsResetting,
  kLife,
  kNodeStream,
  kUsesZeroCopy,
} = require('./state');
const { stopTimeout } = require('./idle-timeout');
const { nextTick, queueMicrotask } = require('../common/timers');
const { undo } = require('../common/undo');
const { sendAhead } = require('./write');

const nodeStreams = lazily(() => require('./node-stream'));

/** Closes the handle of a life, which the socket may have left already. */
function closeHandle(life, handle, hadError) {
  const { socket } = life;
  const onClose = () => {
    debug('emit close');
    life.tellClose(hadError);
  };
  const isOpen = life.isCurrent && socket[kHandle] === handle;
  const isReset = isOpen && socket[kIsResetting];

  if (isOpen) {
    socket[kBytesRead] = handle.bytesRead;
    if (handle instanceof ForeignHandle) socket[kBytesWritten] = handle.bytesWritten;
    if (socket[kUsesZeroCopy]) socket[kBytesWritten] += handle.bytesSent;
    socket[kIsResetting] = false;
    socket[kHandle] = null;
    socket._sockname = null;
    if (handle instanceof Handle) life.leave(handle);
  }
  if (!isReset) {
    handle.close(onClose);
    return;
  }
  const err = handle.reset(onClose);
  if (handle.id >= 0) handle.close(onClose); // it was not open yet
  if (err) socket.emit('error', errnoException(err, 'reset'));
}

function leaveServer(socket) {
  if (socket._server === null) return;
  debug('has server');
  socket._server._connections--;
  socket._server._emitCloseIfDrained?.();
}

const methods = {
  /** Half-closes: what is written is sent, then the end (net.md, socket.end()). */
  end(data, encoding, callback) {
    if (data) lifeOf(this).hearWrites(); // also where it is a callback
    callStream(this, Duplex.prototype.end, KEEPING.end, data, encoding, callback);
    sendAhead(this);
    return this;
  },

  /** Ends all at once: 'close' comes, after an 'error' if one is given (net.md, socket.destroy()). */
  destroy(error, callback) {
    const { destroy } = Duplex.prototype;
    if (destroy !== KEEPING.destroy.node) return Reflect.apply(destroy, this, arguments); // a program's
    callStream(this, destroy, KEEPING.destroy, error, callback);
    return this;
  },

  /** Destroys the socket once all is written (net.md, socket.destroySoon()). */
  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this[kLife].once('finish', () => this.destroy());
  },

  /**
   * Closes with a TCP reset, when it is connected (net.md, socket.resetAndDestroy()).
   * @returns {this}
   * @throws ERR_INVALID_HANDLE_TYPE when it is no TCP socket
   */
  resetAndDestroy() {
    if (!this[kHandle]) {
      this.destroy(new codes.ERR_SOCKET_CLOSED());
      return this;
    }
    if ((this[kHandle].Kind ?? this[kHandle].constructor) !== TCP) throw new codes.ERR_INVALID_HANDLE_TYPE();
    if (this.connecting) this[kLife].once('connect', () => this._reset());
    else this._reset();
    return this;
  },

  _reset() {
    debug('reset connection');
    this[kIsResetting] = true;
    return this.destroy();
  },

  _destroy(exception, callback) {
    debug('destroy');
    const life = lifeOf(this);
    if (life.standIn !== null) exception = life.standIn.endWith(exception);
    const hadError = Boolean(exception);
    const handle = this[kHandle];

    this.connecting = false;
    undo(this);
    stopTimeout(this);
    if (this[kConnectTimer] !== null) connectTimeout.stop(this);
    if (this[kNodeStream] !== null) nodeStreams().dropNodeStream(this);
    if (!handle) {
      callback(exception);
      nextTick(() => life.tellClose());
    } else if (this._closeAfterHandlingError) {
      // the handle stays reachable while 'error' is handled, in the tick queue
      queueMicrotask(() => closeHandle(life, handle, hadError));
      callback(exception);
    } else {
      closeHandle(life, handle, hadError);
      callback(exception);
    }
    leaveServer(this);
  },
};

module.exports = { methods };
