'use strict';

/**
 * Knows whose sockets a process uses. Loaded before cnet/register, and so has Node's own net, whatever `net` is later:
 * the kit uses that for itself, which is not counted.
 */

const { channel } = require('node:diagnostics_channel');
const net = require('node:net');

const connectOfNode = net.Socket.prototype.connect;
const used = { cnet: new Set(), node: new Set() };

/* The socket's class counts, not where it was made: Node's TLS and HTTP connect by Node's own. */
function watch(Socket, owner) {
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function watched(...args) {
    used[owner].add(this);
    return Reflect.apply(connect, this, args);
  };
}

/** Begins to count, once it is settled whether `net` is cnet. */
function begin() {
  const current = require('net');
  watch(net.Socket, 'node');
  if (current !== net) watch(current.Socket, 'cnet');
  channel('net.server.socket').subscribe(({ socket }) => {
    const isNode = Object.prototype.isPrototypeOf.call(net.Socket.prototype, socket);
    used[isNode ? 'node' : 'cnet'].add(socket);
  });
}

/** @returns {{ cnet: number, node: number, bytes: number }} the sockets of each, and what went through those of cnet */
function count() {
  let bytes = 0;
  for (const socket of used.cnet) bytes += socket.bytesRead + socket.bytesWritten;
  return { cnet: used.cnet.size, node: used.node.size, bytes };
}

/** A connection of Node's that is not counted. */
function plainConnect(options) {
  return Reflect.apply(connectOfNode, new net.Socket(), [options]);
}

module.exports = { begin, count, plainConnect, plainNet: net };
