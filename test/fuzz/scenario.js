'use strict';

/**
 * Scenarios of the API fuzzer, as plain data: what is set up, and steps of operations on named objects. A seed gives
 * the same scenario everywhere; a scenario can be cut and still be played. S is the server, C0… are clients, P0… what
 * the server accepted for each, in turn.
 */

const { random } = require('../support/random');

const CLIENTS = 3;

/**
 * Ends of one operation's arguments. Sizes around what is copied, shared, put together and taken by the kernel at
 * once.
 */
const SIZES = [0, 1, 2, 100, 1000, 4096, 4097, 16383, 16384, 16385, 65535, 65536, 65537, 300000, 1200000, 5000000];
const SMALL = SIZES.length - 5;
const KINDS = ['buffer', 'buffer', 'utf8', 'latin1', 'hex', 'base64', 'ucs2', 'uint8array'];
const EVENTS = ['connect', 'data', 'end', 'close', 'error', 'finish', 'drain', 'ready', 'readable', 'timeout'];

/** Weights of the operations on a socket, with their arguments. */
const SOCKET = [
  [14, 'write', (r) => [r.pick(r.percent(70) ? SIZES.slice(0, SMALL) : SIZES), r.pick(KINDS), r.percent(40)]],
  [2, 'cork'],
  [3, 'uncork'],
  [5, 'end', (r) => [r.percent(40) ? r.pick(SIZES.slice(0, SMALL)) : -1, r.percent(40)]],
  [3, 'pause'],
  [4, 'resume'],
  [2, 'destroy', (r) => [r.percent(30)]],
  [2, 'resetAndDestroy'],
  [1, 'destroySoon'],
  [2, 'setTimeout', (r) => [r.pick([0, 60000, 2 ** 31 - 1])]],
  [1, 'setNoDelay', (r) => [r.percent(50)]],
  [1, 'setKeepAlive', (r) => [r.percent(50), r.pick([0, 1, 999, 1000, 60000])]],
  [1, 'ref'],
  [1, 'unref'],
  [3, 'read', (r) => [r.pick([undefined, 0, 1, 10, 100, 5000])]],
  [1, 'setEncoding', (r) => [r.pick(['utf8', 'hex', 'latin1'])]],
  [2, 'names'],
  [2, 'pipe'],
  [1, 'unpipe'],
  [2, 'onData'],
  [1, 'offData'],
  [1, 'onReadable'],
  [1, 'throwIn', (r) => [r.pick(EVENTS)]],
  [1, 'destroyIn', (r) => [r.pick(EVENTS)]],
  [1, 'endIn', (r) => [r.pick(EVENTS)]],
  [1, 'writeIn', (r) => [r.pick(EVENTS), r.pick(SIZES.slice(0, SMALL))]],
  [1, 'connectAgain'],
  [1, 'setDefaultEncoding', (r) => [r.pick(['latin1', 'utf8', 'hex'])]],
];

const SERVER = [
  [2, 'close'],
  [3, 'getConnections'],
  [1, 'refuse', (r) => [r.below(3)]],
  [1, 'allow'],
  [1, 'ref'],
  [1, 'unref'],
  [1, 'names'],
  [1, 'listenAgain'],
];

function choose(r, table) {
  let weight = r.below(table.reduce((sum, [one]) => sum + one, 0));
  return table.find(([one]) => (weight -= one) < 0);
}

function operation(r, target, table) {
  const [, name, make] = choose(r, table);
  return [target, name, ...(make?.(r) ?? [])];
}

function anyOperation(r) {
  if (r.percent(8)) return operation(r, 'S', SERVER);
  const number = r.percent(70) ? 0 : r.below(CLIENTS);
  return operation(r, `${r.percent(60) ? 'C' : 'P'}${number}`, SOCKET);
}

/**
 * @param {number} seed
 * @returns {{ seed: number, tested: 'client' | 'server' | 'both', unix: boolean, server: object, client: object,
 *   steps: Array<Array<Array<any>>> }} the operations of a step come in one go; the world then comes to rest
 */
function makeScenario(seed) {
  const r = random(seed);
  const tested = r.pick(['client', 'server', 'both']);
  const server = {
    allowHalfOpen: r.percent(40),
    pauseOnConnect: r.percent(15),
    noDelay: r.percent(10),
    keepAlive: r.percent(10),
  };
  if (r.percent(15)) server.highWaterMark = r.pick([1, 100, 5000, 1000000]);
  const client = {
    allowHalfOpen: r.percent(40),
    listening: r.percent(75),
    peerListening: r.percent(75),
    mayFail: r.percent(5),
  };
  if (r.percent(10)) client.onread = r.pick([1, 100, 65536]);
  const steps = [[['C0', 'connect']]];
  const length = 2 + r.below(14);
  for (let i = 0; i < length; i++) {
    if (r.percent(8)) steps.push([[`C${1 + r.below(CLIENTS - 1)}`, 'connect']]);
    steps.push(Array.from({ length: r.percent(65) ? 1 : 2 + r.below(3) }, () => anyOperation(r)));
  }
  if (r.percent(30)) steps[0].push(...steps.splice(1, 1)[0]); // before there is a connection
  return { seed, tested, unix: r.percent(30), server, client, steps };
}

module.exports = { makeScenario };
