'use strict';

/** What the tests of this folder share: sockets that are tidied up, child processes, and the kernel's view of a socket. */

const { once } = require('node:events');
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { tempDir } = require('../support/temp');

const ROOT = path.join(__dirname, '..', '..');

/** The module under test; CNET_API_SUBJECT=node:net shows what Node's own does. */
const SUBJECT = process.env.CNET_API_SUBJECT ?? ROOT;
const net = require(SUBJECT);
const MAJOR = Number(process.versions.node.split('.')[0]);
const HOST = '127.0.0.1';

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
  await new Promise((resolve) => setImmediate(resolve));
}

/** A path for a Unix socket, in a directory of this test's own. */
function tempPath(name = 's') {
  const temp = tempDir();
  temps.add(temp);
  return temp.path(name);
}

/** The server, once it listens; rejects with its error. */
async function listening(server, ...args) {
  track(server).listen(...(args.length > 0 ? args : [0, HOST]));
  await once(server, 'listening');
  return server;
}

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
async function pair({ serverOptions = {}, clientOptions = {}, host = HOST, path: socketPath } = {}) {
  const server = await listening(net.createServer(serverOptions), ...(socketPath ? [socketPath] : [0, host]));
  const to = socketPath ? { path: socketPath } : { port: server.address().port, host };
  const accepting = once(server, 'connection');
  const client = await connected({ ...to, ...clientOptions });
  const [accepted] = await accepting;
  return { client, accepted: track(accepted), server };
}

/** All that a readable stream still gives, as text. */
async function text(readable) {
  let all = '';
  for await (const chunk of readable) all += chunk;
  return all;
}

/** Waits for 'close', whatever errors come before it. */
const closed = (emitter) => new Promise((resolve) => emitter.once('close', (...args) => resolve(args)));

/**
 * Runs this Node, to its end.
 * @param {string[]} args
 * @param {object} [options] of spawn(); `input`: for its standard input
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>}
 */
async function node(args, options = {}) {
  const child = spawn(process.execPath, args, { cwd: ROOT, ...options });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name]?.on('data', (data) => (output[name] += data));
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...output };
}

/** As node(), of a text; `net` is cnet in it. */
const script = (source, { flags = [], ...options } = {}) =>
  node([...flags, '-e', `const net = require(${JSON.stringify(SUBJECT)});\n${source}`], options);

const tools = new Map();

/** Skips the test when `tool` cannot be run. */
function needsTool(test, tool, args = ['--version']) {
  if (!tools.has(tool)) tools.set(tool, spawnSync(tool, args, { stdio: 'ignore' }).status === 0);
  if (!tools.get(tool)) skip(test, `${tool} is not there`);
}

/** Skips the test, and says why. */
function skip(test, reason) {
  test.test.title += ` (left out: ${reason})`;
  test.skip();
}

/** Skips the test where `host` is no local address. */
function needsHost(test, host) {
  const handle = require('node:net')._createServerHandle(host, 0, net.isIP(host));
  if (typeof handle === 'number') skip(test, `${host} is no address here`);
  handle.close();
}

function needsLinux(test) {
  if (process.platform !== 'linux') skip(test, 'Linux only');
}

/**
 * The values of socket options of an open descriptor, as the kernel says.
 * @param {number} fd
 * @param {...string} names such as 'SOL_SOCKET.SO_KEEPALIVE', of Python's module socket
 * @returns {Promise<number[]>}
 */
async function sockopts(fd, ...names) {
  const program =
    'import socket, sys\n' +
    's = socket.socket(fileno=3)\n' +
    'for n in sys.argv[1:]:\n' +
    "  print(s.getsockopt(*[getattr(socket, p) for p in n.split('.')]))\n";
  const child = spawn('python3', ['-c', program, ...names], { stdio: ['ignore', 'pipe', 'inherit', fd] });
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`python3 ended with ${code}`);
  return out.trim().split('\n').map(Number);
}

/** The inodes of the sockets that listen on `port` over TCP, from /proc. */
function listeners(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => fs.readFileSync(file, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === '0A')
    .map((fields) => fields[9]);
}

module.exports = {
  HOST,
  MAJOR,
  SUBJECT,
  closed,
  connected,
  listeners,
  listening,
  needsHost,
  needsLinux,
  needsTool,
  net,
  node,
  once,
  pair,
  script,
  skip,
  sockopts,
  tempPath,
  text,
  tidy,
  track,
};
