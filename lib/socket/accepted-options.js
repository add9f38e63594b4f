'use strict';

/** What a server gives `new Socket()` for a connection. */

const { acceptedOnread } = require('./read');
const { kAcceptedOnRead, kReceivesDescriptors } = require('../common/symbols');

/** The options of an accepted socket: always the same, so that it is made without a copy of them. */
class AcceptedOptions {
  constructor(handle, server) {
    this.handle = handle;
    this.pauseOnCreate = server.pauseOnConnect;
    this.noDelay = false;
    this.keepAlive = false;
    this.typeOfService = undefined;
    this.onread = server[kAcceptedOnRead] === undefined ? undefined : acceptedOnread(server[kAcceptedOnRead]);
    this.allowHalfOpen = Boolean(server.allowHalfOpen);
    this.readable = true;
    this.writable = true;
    this.readableHighWaterMark = server.highWaterMark;
    this.writableHighWaterMark = server.highWaterMark;
    this.emitClose = false;
    this.autoDestroy = true;
    this.decodeStrings = false;
    this.receiveDescriptors = server[kReceivesDescriptors];
  }
}

module.exports = { AcceptedOptions };
