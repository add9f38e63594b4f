'use strict';

// Sockets, servers and paths of the module under test, which tidy() does away with after each test.

const { once } = require('node:events');

const { turn } = require('./loop');
const { HOST, join, listen } = require('./net');
const { net } = require('./subject');
const { tempDir } = require('./temp');

const opened = new Set();
const temps = new Set();

/** Has a socket or a server closed after the test. */
function track(emitter) {
  opened.add(emitter);
  return emitter;
}

/** Closes what the test left open, and waits for it. */
async function tidy() {
  for (const emitter of opened) {
    emitter.on('error', () => {});
    if (typeof emitter.destroy === 'function') emitter.destroy();
    else if (emitter.listening) emitter.close();
  }
  opened.clear();
  for (const temp of temps) temp.remove();
  temps.clear();
  await turn();
}

function ownDir() {
  const temp = tempDir();
  temps.add(temp);
  return temp;
}

/** A path for a Unix socket, in a directory of this test's own. */
const tempPath = (name = 's') => ownDir().socket(name);

/** A path for a file, in such a directory. */
const tempFile = (name) => ownDir().path(name);

/** The server, once it listens, as listen() of net.js gives it. */
const listening = (server, ...where) => listen(track(server), ...where);

/** A client, once it is connected; rejects with its error. */
async function connected(...args) {
  const client = track(net.connect(...args));
  await once(client, 'connect');
  return client;
}

/**
 * Both ends of a connection, over a Unix socket when there is a `path`.
 * @returns {Promise<{ client: net.Socket, accepted: net.Socket, server: net.Server }>}
 */
async function pair({ serverOptions = {}, clientOptions = {}, host = HOST, path } = {}) {
  const isTcp = path === undefined;
  const server = await listening(net.createServer(serverOptions), isTcp ? { port: 0, host } : { path });
  const connect = (options) => track(net.connect(options));
  const { client, accepted } = await join(server, { connect }, { ...(isTcp && { host }), ...clientOptions });
  return { client, accepted: track(accepted), server };
}

module.exports = { connected, listening, pair, tempFile, tempPath, tidy, track };
