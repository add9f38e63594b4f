'use strict';
// A client that stays connected: node examples/reconnect.js PORT [HOST]
// The client races the addresses of the name (RFC 8305), and gives up after five seconds without a connection. It
// notices within thirty seconds that a peer is gone. After each failure in a row it waits longer. SIGTERM ends it.

const { setTimeout: wait } = require('node:timers/promises');

const net = require('cnet');

const [port, host = 'localhost'] = process.argv.slice(2);

const OPTIONS = {
  port,
  host,
  connectionAttemptDelay: 250, // ms between the starts of two attempts
  connectTimeout: 5000, // ms for the lookup and all attempts
  keepAlive: true,
  keepAliveInitialDelay: 10_000,
  keepAliveInterval: 5000,
  keepAliveCount: 3,
  ...(process.platform === 'linux' && { userTimeout: 30_000 }), // ms that sent bytes may stay unacknowledged
};

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/**
 * Connects again and again until the signal is aborted.
 * @param {object} options those of net.connect()
 * @param {(socket: net.Socket) => Promise<void>} use gets each connection, and settles when that has ended
 * @param {AbortSignal} signal
 */
async function stayConnected(options, use, signal) {
  let delay = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      const socket = await net.promises.connect({ ...options, signal });
      delay = FIRST_WAIT_MS;
      const stop = () => socket.destroy();
      signal.addEventListener('abort', stop, { once: true });
      await use(socket).finally(() => signal.removeEventListener('abort', stop));
    } catch (error) {
      if (signal.aborted) return;
      console.error(`failed: ${error.code}`);
    }
    const jitter = 0.5 + Math.random() / 2; // so many clients do not come back at the same moment
    await wait(delay * jitter, undefined, { signal }).catch(() => {});
    delay = Math.min(delay * 2, LONGEST_WAIT_MS);
  }
}

async function print(socket) {
  console.log('connected');
  for await (const text of socket.setEncoding('utf8')) process.stdout.write(text);
}

const end = new AbortController();
process.once('SIGTERM', () => end.abort());
stayConnected(OPTIONS, print, end.signal).then(() => console.log('stopped'));
