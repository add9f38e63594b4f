'use strict';
// external.js: servers that are no scripts of Node.

const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const { obey, options, say } = require('./program.js');

const idOf = (kind, user) => Number(execFileSync('id', [`-${kind}`, user]));

/**
 * Where this is root, as whom a server may refuse to run: gives the server's folder and what is in it to a user.
 * @param {string} name
 * @returns {{ name: string, uid: number, gid: number } | undefined} whom the server is to run as, if not as we do
 */
function giveTo(name) {
  if (process.getuid() !== 0) return undefined;
  const user = { name, uid: idOf('u', name), gid: idOf('g', name) };
  fs.chmodSync(path.dirname(options.root), 0o711); // so that another user gets into it
  const files = fs.readdirSync(options.root).map((file) => path.join(options.root, file));
  for (const file of [options.root, ...files]) fs.chownSync(file, user.uid, user.gid);
  return user;
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/* A server that ends instead of listening is an error. */
async function untilListening(child, port) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with status ${child.exitCode}`);
    const socket = net.connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(() => true, () => false);
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Starts a server, says its port, and obeys. The kernel ends it with this process, however that ends.
 * @param {string} command
 * @param {(port: number) => string[]} makeArguments
 * @param {{ signal?: string, user?: { name: string } }} [options] `signal`: by which it ends; `user`: that of giveTo()
 */
async function serveBy(command, makeArguments, { signal = 'KILL', user } = {}) {
  const port = await freePort();
  const as = user === undefined ? [] : [`--reuid=${user.name}`, `--regid=${user.name}`, '--clear-groups'];
  const args = ['--pdeathsig', signal, ...as, command, ...makeArguments(port)];
  const child = spawn('setpriv', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await untilListening(child, port);
  say({ port });
  obey();
}

module.exports = { giveTo, serveBy };
