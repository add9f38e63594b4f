'use strict';

// Servers and sockets of any `net`: listening, connecting, reading to the end, closing. Nothing here loads cnet.

const { once } = require('node:events');

const HOST = '127.0.0.1';

/** What listen() is given for a port of the system's choice. */
const anyPort = () => ({ port: 0, host: HOST });

/**
 * @param {object} server
 * @param {...*} where the arguments of listen(); without any, a port of the loopback that the system chooses
 * @returns {Promise<object>} the server, once it listens; rejected with its error
 */
async function listen(server, ...where) {
  server.listen(...(where.length > 0 ? where : [anyPort()]));
  await once(server, 'listening');
  return server;
}

/** The options with which connect() reaches a server that listens. */
function targetOf(server) {
  const address = server.address();
  return typeof address === 'string' ? { path: address } : { port: address.port, host: HOST };
}

/**
 * Both ends of a new connection to a server that listens.
 * @param {object} server
 * @param {object} net the module whose connect() makes the client
 * @param {object} [options] of connect()
 * @returns {Promise<{ client: object, accepted: object }>} connected
 */
async function join(server, net, options = {}) {
  const client = net.connect({ ...targetOf(server), ...options });
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  return { client, accepted };
}

/** Closes servers, and waits for their connections. */
const close = (...servers) =>
  Promise.all(servers.map((server) => new Promise((resolve) => { server.close(resolve); })));

/** Waits for 'close', whatever errors come before it. */
const closed = (emitter) => new Promise((resolve) => { emitter.once('close', (...args) => resolve(args)); });

/** A chunk of a stream, which is text where the stream has an encoding. */
const bytesOf = (chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk);

/** All that a readable stream still gives, as bytes. The stream is destroyed at its end, as `for await` does it. */
async function bytes(readable) {
  const chunks = [];
  for await (const chunk of readable) chunks.push(bytesOf(chunk));
  return Buffer.concat(chunks);
}

/** The same as text. */
const text = async (readable) => (await bytes(readable)).toString();

/** All that a socket still gives, as bytes; unlike `for await`, this leaves the other direction open. */
async function received(socket) {
  const chunks = [];
  socket.on('data', (chunk) => chunks.push(bytesOf(chunk))).resume();
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

/** The same as text. */
const hear = async (socket) => (await received(socket)).toString();

/** A port of the loopback that was free a moment ago. @param {object} [net] whose server looks for it */
async function freePort(net = require('node:net')) {
  const server = await listen(net.createServer());
  const { port } = server.address();
  await close(server);
  return port;
}

/**
 * A port on which nobody listens and which nobody else can take: it is bound, and never listened on.
 * @param {string} [host] the local address to bind
 * @returns {{ port: number, close(): void }}
 */
function refusedPort(host = HOST) {
  const nodeNet = require('node:net');
  const handle = nodeNet._createServerHandle(host, 0, nodeNet.isIPv6(host) ? 6 : 4);
  if (typeof handle === 'number') throw new Error(`cannot bind ${host}: ${handle}`);
  const name = {};
  handle.getsockname(name);
  return { port: name.port, close: () => handle.close() };
}

module.exports = { HOST, bytes, close, closed, freePort, hear, join, listen, received, refusedPort, targetOf, text };
