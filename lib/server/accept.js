'use strict';

/** A connection that C has accepted becomes a Socket of its Server; a Server accepts nobody while it is paused. */

const { AcceptedOptions } = require('../socket/accepted-options');
const { serverProxyHeader, serverSocket, tellLimit } = require('../common/channels');
const { debug } = require('../common/debug');
const { errnoException } = require('../common/errors');
const { moveWhenRead } = require('../options/io-threads');
const { lazily } = require('../common/lazily');
const { isDestroyed } = require('../node-internals/streams');
const { Socket } = require('../socket/socket');
const { count } = require('../native/stats');
const { kOwner } = require('../common/symbols');
const { kDescriptorQueue, kHandle, kIsSpliced, kNodeStream, kQueuedFiles } = require('../socket/state');
const {
  kAcceptPaused, kAcceptedDescriptors, kAcceptedOnRead, kHold, kIOThreads, kKeepAliveTimes, kProxyProtocol,
} = require('./state');

const blockLists = lazily(() => require('../address/block-list'));
const proxyProtocol = lazily(() => require('./proxy-protocol'));

/** Whether a list of node:net, which C does not know, forbids the peer. */
function isBlocked({ blockList }, client) {
  if (blockLists().isOwnBlockList(blockList) || !client.getpeername) return false;
  const peer = {};
  return client.getpeername(peer) === 0 && blockList.check(peer.address, peer.family.toLowerCase());
}

/** A connection is no more. */
function leave(server) {
  server._connections--;
  server._emitCloseIfDrained();
}

/** The options of an accepted socket. They can fail only when `onread` has a function that does. */
function acceptedOptions(client, server) {
  let options = null;
  try {
    options = new AcceptedOptions(client, server, server[kAcceptedOnRead], server[kAcceptedDescriptors]);
  } finally {
    if (options === null) client.close();
  }
  return options;
}

/**
 * Whether a connection that a server has told of may move to a thread: not what the listeners have given to TLS or
 * splice(), which may wait for its other end to connect, nor what is to take descriptors along.
 */
function mayMove(socket, client) {
  return socket[kHandle] === client && socket[kNodeStream] === null && socket[kDescriptorQueue] === null &&
    !socket[kIsSpliced];
}

function tellAndMove(server, socket, client) {
  try {
    server.emit('connection', socket);
  } finally {
    if (mayMove(socket, client)) moveWhenRead(client, server[kIOThreads], socket[kQueuedFiles]);
  }
}

/** `this` is the handle of the server, as programs may call it through server._handle.onconnection. */
function onconnection(status, client) {
  const server = this[kOwner];

  debug('onconnection');
  if (status) {
    server.emit('error', errnoException(status, 'accept'));
    return;
  }
  if (server.blockList && isBlocked(server, client)) { // C has let it in
    client.close();
    count('accepted', -1);
    count('refused.blockList');
    return;
  }
  const socket = new Socket(acceptedOptions(client, server));
  if (server[kProxyProtocol]) proxyProtocol().takeHeader(socket, client);
  if (server.noDelay) socket.setNoDelay(true);
  if (server.keepAlive) {
    const { interval, count } = server[kKeepAliveTimes];
    socket.setKeepAlive(true, server.keepAliveInitialDelay * 1000, interval, count);
  }
  server._connections++;
  socket.server = server;
  socket._server = server;
  if (isDestroyed(socket)) leave(server); // it could not be read from
  if (server[kIOThreads] > 0) tellAndMove(server, socket, client);
  else server.emit('connection', socket);
  if (serverSocket.hasSubscribers) serverSocket.publish({ socket });
  if (serverProxyHeader.hasSubscribers && socket.proxyHeader) {
    serverProxyHeader.publish({ server, socket, header: socket.proxyHeader });
  }
}

const methods = {
  /**
   * Accepts nobody until resumeAccept(): who comes waits in the kernel's queue, as long as the backlog of listen().
   * @returns {this}
   */
  pauseAccept() {
    if (this[kAcceptPaused]) return this;
    this[kAcceptPaused] = true;
    this[kHold](true);
    tellLimit(this, 'acceptPaused', true);
    return this;
  },

  /**
   * Accepts again, unless a `for await` over the connections is behind.
   * @returns {this}
   */
  resumeAccept() {
    if (!this[kAcceptPaused]) return this;
    this[kAcceptPaused] = false; // first: connections may come before this returns
    this[kHold](false);
    tellLimit(this, 'acceptPaused', false);
    return this;
  },

  /** Whether pauseAccept() was called, and resumeAccept() not since. */
  get acceptPaused() {
    return this[kAcceptPaused];
  },
};

/** The header of a connection is not to be had, or not to be believed. `this`: as above. */
function onheaderrejected(reason, client) {
  proxyProtocol().refuse(this[kOwner], reason, client);
}

module.exports = { methods, onconnection, onheaderrejected };
