'use strict';

// Starting and stopping the servers that the programs talk to. Each runs in the foreground, as a child of this process.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');

const { plainConnect } = require('./sockets');

const PATIENCE_MS = 30000;
const RETRY_MS = 10;

const running = new Set();

/** The uid and gid of a user of the system; none for one who is not root, and runs it as himself. */
function identity(user) {
  if (user === undefined || process.getuid() !== 0) return {};
  const line = fs.readFileSync('/etc/passwd', 'utf8').split('\n').find((text) => text.startsWith(`${user}:`));
  if (line === undefined) throw new Error(`no user ${user} here`);
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Gives a folder to the user that a server runs as. */
function own(dir, user) {
  const { uid, gid } = identity(user);
  if (uid !== undefined) fs.chownSync(dir, uid, gid);
  return dir;
}

class Server {
  constructor(command, args, { user, env, cwd }) {
    this.name = command;
    this.log = '';
    this.child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      cwd,
      ...identity(user),
    });
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error) => resolve(error.message));
      this.child.on('close', (code, signal) => resolve(signal ?? `status ${code}`));
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.log += text;
        this.child.emit('log');
      });
    }
    running.add(this);
    this.ended.then(() => running.delete(this));
  }

  /** @returns {Promise<RegExpMatchArray>} once the log has a line for `pattern` */
  async says(pattern, from = 0) {
    for (;;) {
      const found = this.log.slice(from).match(pattern);
      if (found) return found;
      await once(this.child, 'log');
    }
  }

  /** Once it takes a connection. */
  async accepts(options) {
    for (;;) {
      const socket = plainConnect(options);
      const answer = await once(socket, 'connect').catch((error) => error);
      socket.destroy();
      if (!(answer instanceof Error)) return;
      await delay(RETRY_MS);
    }
  }

  async untilReady(ready) {
    const isReady = ready instanceof RegExp ? this.says(ready) : this.accepts(ready);
    const timer = new AbortController();
    const late = delay(PATIENCE_MS, 'is not ready in time', { signal: timer.signal }).catch(() => {});
    const why = await Promise.race([isReady.then(() => null), this.ended, late]);
    timer.abort();
    if (why !== null) throw new Error(`${this.name}: ${why}\n${this.log}`);
    return this;
  }

  /** Ends it, and waits for its end. */
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.ended;
  }
}

/**
 * Starts a server.
 * @param {string} command
 * @param {string[]} args
 * @param {{ ready: RegExp | object, user?: string, env?: object, cwd?: string }} options `ready`: what the log then
 *   says, or where a connection is then taken; `user`: whom to run it as, when we are root
 * @returns {Promise<Server>} once it is ready
 */
function start(command, args, options) {
  return new Server(command, args, options).untilReady(options.ready);
}

/** Ends all that still run: at the end of the process, whatever has happened. */
async function stopAll(signal) {
  await Promise.all([...running].map((server) => server.stop(signal)));
}

function killAll() {
  for (const server of running) server.child.kill('SIGKILL');
}

module.exports = { killAll, own, start, stopAll };
