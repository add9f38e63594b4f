'use strict';

// What the programs need around them: free ports, bytes whose digest is known, errors in a form that can be compared.

const crypto = require('node:crypto');
const { execFile } = require('node:child_process');

const net = require('../../support/net');
const { plainNet } = require('./sockets');

/** A port of the loopback that was free a moment ago. */
const freePort = () => net.freePort(plainNet);

/** `size` bytes that no compression makes smaller, the same for the same seed. */
function bytes(size, seed = 1) {
  const cipher = crypto.createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(size));
}

const digest = (data) => crypto.createHash('sha1').update(data).digest('hex');

/** The digest of all that a stream gives, and its length. */
async function digestOf(stream) {
  const hash = crypto.createHash('sha1');
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha1: hash.digest('hex') };
}

/** What a program can tell of an error, without what differs from run to run. */
function describeError(error) {
  const plain = (text) =>
    String(text)
      .replace(/(127\.0\.0\.1|localhost|\[?::1\]?):\d+/g, '$1:<port>')
      .replace(/\S*\/cnet-\S*/g, '<path>');
  const told = { name: error.name, message: plain(error.message) };
  for (const key of ['code', 'errno', 'syscall', 'address', 'level', 'responseCode', 'sqlState']) {
    if (error[key] !== undefined) told[key] = typeof error[key] === 'string' ? plain(error[key]) : error[key];
  }
  return told;
}

/** The error that a promise is rejected with; it must be. */
async function failure(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return describeError(error);
  }
  throw new Error(`succeeded, which it must not: ${JSON.stringify(value) ?? value}`);
}

/** Calls `work` with 0 … `count` - 1, at most `width` at a time. @returns {Promise<any[]>} in order */
async function inParallel(count, width, work) {
  const results = new Array(count);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const i = next++;
      results[i] = await work(i);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

/** Runs a program to its end. @returns {Promise<{ status: number | string, stdout: string, stderr: string }>} */
function execute(command, args, { input, ...options } = {}) {
  return new Promise((resolve) => {
    const limits = { maxBuffer: 64 << 20, timeout: 30000, killSignal: 'SIGKILL' };
    const child = execFile(command, args, { ...limits, ...options }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.signal ?? error.code) : 0, stdout, stderr });
    });
    child.stdin.on('error', () => {}); // it may end without reading all
    child.stdin.end(input);
  });
}

module.exports = { bytes, describeError, digest, digestOf, execute, failure, freePort, inParallel };
