'use strict';

// Runs one scenario on Node's own net and on cnet: the outcome must be the same.

const assert = require('node:assert');
const crypto = require('node:crypto');
const nodeNet = require('node:net');

const cnet = require('../..');
const { cert, key } = require('./certificate');
const { HOST, listen } = require('./net');

/** Bytes that can be told from shifted, repeated and lost ones: each depends on its place. */
function bytes(size, seed = 1) {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = seed;
  for (let i = 0; i < words.length; i++) words[i] = state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Buffer.from(words.buffer, 0, size);
}

/** Reads a stream to its end, and leaves the other direction alone, which an iterator would not. */
const readAll = (readable, onData) =>
  new Promise((resolve, reject) => {
    readable.on('data', onData).on('end', resolve).on('error', reject);
    readable.on('close', () => reject(new Error('closed before its end')));
  });

/** A stream as `length:digest`, read to its end. */
async function digest(readable) {
  const hash = crypto.createHash('sha256');
  let length = 0;
  await readAll(readable, (chunk) => {
    length += chunk.length;
    hash.update(chunk);
  });
  return `${length}:${hash.digest('hex')}`;
}

/** The same of bytes at hand. */
const digestOf = (data) => `${data.length}:${crypto.createHash('sha256').update(data).digest('hex')}`;

/** All that a readable stream still gives, as text. */
async function text(readable) {
  let all = '';
  await readAll(readable, (chunk) => (all += chunk));
  return all;
}

/** What can be told of an error, without what differs from run to run. */
function describe(error) {
  if (!error) return String(error);
  const { name, code, syscall, address } = error;
  const message = String(error.message).replace(/:\d{4,5}\b/g, ':PORT').replace(/^[0-9A-F]{8,}:error:/, 'error:');
  return { name, code, syscall, address, message };
}

/** The events of emitters in their order, as text. */
class Log {
  constructor() {
    this.lines = [];
  }

  watch(name, emitter, ...events) {
    for (const event of events) {
      emitter.on(event, (first) => {
        const shown = first instanceof Error ? ` ${first.code ?? first.message}` : '';
        this.lines.push(`${name} ${event}${shown}`);
      });
    }
  }
}

/** Resolved by an event, whatever errors come before it. */
const event = (emitter, name) => new Promise((resolve) => emitter.once(name, (...args) => resolve(args)));

/** What a scenario has opened, to be closed after it. */
class Bin {
  #all = [];

  keep(one) {
    this.#all.push(one);
    one.on?.('error', () => {});
    return one;
  }

  async empty() {
    const closed = [];
    for (const one of this.#all.reverse()) {
      if (one.listening) closed.push(event(one, 'close'));
      if (one.listening) one.close();
      one.closeAllConnections?.();
      one.destroy?.();
    }
    await Promise.all(closed);
  }
}

/** A server of `net` that gives its connections to `target`, and notes them as `accepted`; listening. */
function front(net, bin, target, options = {}) {
  const server = bin.keep(net.createServer({ allowHalfOpen: true, noDelay: true, ...options }));
  server.accepted = [];
  server.on('connection', (socket) => {
    server.accepted.push(bin.keep(socket));
    target.emit('connection', socket);
  });
  return listen(server);
}

/** The response to a request, or what describe() tells of its error. */
const answered = (request) =>
  new Promise((resolve) => {
    request.on('response', resolve).on('error', (error) => resolve(describe(error)));
  });

/** Runs a scenario, and closes what it has put into the bin. */
async function withBin(scenario) {
  const bin = new Bin();
  try {
    return await scenario(bin);
  } finally {
    await bin.empty();
  }
}

/**
 * @param {(net: object, bin: Bin) => Promise<any>} scenario
 * @returns {Promise<any>} the outcome, for what more there is to say of it
 */
async function same(scenario) {
  const expected = await withBin((bin) => scenario(nodeNet, bin));
  const actual = await withBin((bin) => scenario(cnet, bin));
  assert.deepStrictEqual(actual, expected);
  return actual;
}

/** The server, kept in the bin, once it listens. */
const listening = (bin, server, ...where) => listen(bin.keep(server), ...where);

module.exports = {
  HOST, Log, answered, bytes, cert, cnet, describe, digest, digestOf, event, front, key, listening, nodeNet, same, text,
  withBin,
};
