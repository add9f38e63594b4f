'use strict';

/** What a server gives `new Socket()` for a connection. */

const { acceptedOnread } = require('./read');

/** The options of an accepted socket: always the same, so that it is made without a copy of them. */
class AcceptedOptions {
  /**
   * @param {object} handle of the connection
   * @param {import('../server/server').Server} server
   * @param {object | undefined} onread the option of that server
   * @param {boolean | undefined} receiveDescriptors the same
   */
  constructor(handle, server, onread, receiveDescriptors) {
    this.handle = handle;
    this.pauseOnCreate = server.pauseOnConnect;
    this.noDelay = false;
    this.keepAlive = false;
    this.typeOfService = undefined;
    this.onread = onread === undefined ? undefined : acceptedOnread(onread);
    this.allowHalfOpen = Boolean(server.allowHalfOpen);
    this.readable = true;
    this.writable = true;
    this.readableHighWaterMark = server.highWaterMark;
    this.writableHighWaterMark = server.highWaterMark;
    this.emitClose = false;
    this.autoDestroy = true;
    this.decodeStrings = false;
    this.receiveDescriptors = receiveDescriptors;
  }
}

module.exports = { AcceptedOptions };
