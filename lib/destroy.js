'use strict';

/** The end of a Socket: end(), destroy() and their kin, until its handle has gone. */

const { Duplex } = require('node:stream');

const connectTimeout = require('./connect-timeout');
const { debug } = require('./debug');
const { codes, errnoException } = require('./errors');
const { ForeignHandle } = require('./foreign-handle');
const { TCP } = require('./handle');
const { kByKernel, kBytesRead, kBytesWritten, kConnectTimer, kHandle, kResetting } = require('./symbols');
const { stopTimeout } = require('./timeout');
const { undo } = require('./undo');

function closeHandle(socket, hadError) {
  const handle = socket[kHandle];
  const onClose = () => {
    debug('emit close');
    socket.emit('close', hadError);
  };

  socket[kBytesRead] = handle.bytesRead;
  if (handle instanceof ForeignHandle) socket[kBytesWritten] = handle.bytesWritten;
  if (socket[kByKernel]) socket[kBytesWritten] += handle.bytesSent;
  if (!socket[kResetting]) {
    handle.close(onClose);
    return;
  }
  socket[kResetting] = false;
  const err = handle.reset(onClose);
  if (err) socket.emit('error', errnoException(err, 'reset'));
}

function forgetHandle(socket) {
  socket[kHandle] = null;
  socket._sockname = null;
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
    Duplex.prototype.end.call(this, data, encoding, callback);
    return this;
  },

  /** Destroys the socket once all is written (net.md, socket.destroySoon()). */
  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', this.destroy);
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
    if (!(this[kHandle] instanceof TCP)) throw new codes.ERR_INVALID_HANDLE_TYPE();
    if (this.connecting) this.once('connect', () => this._reset());
    else this._reset();
    return this;
  },

  _reset() {
    debug('reset connection');
    this[kResetting] = true;
    return this.destroy();
  },

  _destroy(exception, callback) {
    debug('destroy');
    const hadError = Boolean(exception);

    this.connecting = false;
    undo(this);
    stopTimeout(this);
    if (this[kConnectTimer] !== null) connectTimeout.stop(this);
    if (!this[kHandle]) {
      callback(exception);
      process.nextTick(() => this.emit('close'));
    } else if (this._closeAfterHandlingError) {
      // the handle stays reachable while 'error' is handled, in the tick queue
      queueMicrotask(() => {
        closeHandle(this, hadError);
        forgetHandle(this);
      });
      callback(exception);
    } else {
      closeHandle(this, hadError);
      forgetHandle(this);
      callback(exception);
    }
    leaveServer(this);
  },
};

module.exports = { methods };
