'use strict';
// scenarios.js: what `npm run bench -- --apps` measures.

const MB = 1024 * 1024;

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {string} server of servers/
 * @property {string} client of clients/
 * @property {object} [options] of both
 * @property {number} [file] bytes of the file `big` that lies in the folders of both
 * @property {number} operations of one run
 * @property {string[]} drivers beside `node`: entries of cnet. Where Node's http or http2 makes the sockets, `register` gives cnet's
 *   to what remains, and register-http to all.
 */

const ftp = { server: 'ftp', client: 'ftp', file: 8 * MB, operations: 60, drivers: ['register'] };
const grpc = { server: 'grpc', client: 'grpc', drivers: ['register', 'register-http'] };
const proxy = { server: 'proxy-chain', client: 'proxy-chain', drivers: ['register', 'register-http'] };

/** @type {Scenario[]} */
const scenarios = [
  { ...ftp, name: 'ftp-down', title: 'ftp-srv sends files of 8 MB to basic-ftp' },
  { ...ftp, name: 'ftp-up', title: 'ftp-srv stores files of 8 MB of basic-ftp', options: { up: true } },
  {
    ...grpc, name: 'grpc-unary', title: 'grpc-js: calls with 100 bytes each way, 8 at a time', operations: 6000,
    options: { method: 'unary', size: 100, atOnce: 8 },
  },
  {
    ...grpc, name: 'grpc-stream', title: 'grpc-js: streams of 100 messages of 1 KB, 8 at a time', operations: 300,
    options: { method: 'stream', size: 1024, pieces: 100, atOnce: 8 },
  },
  {
    ...proxy, name: 'proxy-plain', title: 'proxy-chain: HTTP requests of 16 KB, 8 at a time', operations: 1500,
    options: { size: 16384, atOnce: 8 },
  },
  {
    ...proxy, name: 'proxy-tunnel', title: 'proxy-chain: tunnels, each for an HTTP request of 16 KB, 8 at a time', operations: 1500,
    options: { size: 16384, tunnel: true, atOnce: 8 },
  },
];

module.exports = { scenarios };
