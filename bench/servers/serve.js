'use strict';
// serve.js: what the JavaScript servers share: `node servers/NAME.js MODULE [OPTIONS]`, OPTIONS in JSON.
// Prints {"port":N} when it listens. A line `memory` on standard input is answered with what the process uses after a
// garbage collection; the end of the input ends the process.

const v8 = require('node:v8');

/** The module to measure, and the scenario's options: path, size, reply, text, pieces, timeout. */
const net = require(process.argv[2]);
const options = JSON.parse(process.argv[3] ?? '{}');

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

/* Twice: what the first collection finds to be finalised, the second takes away. */
function collectGarbage() {
  const collect = globalThis.gc ?? (globalThis.Bun ? () => globalThis.Bun.gc(true) : () => {});
  collect();
  collect();
}

/* What V8 keeps for its young generation, full or not; undefined where there is none. */
function young() {
  return v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.physical_space_size;
}

/* In later turns, so that what this turn and its garbage hold is gone. */
function tellMemory() {
  collectGarbage();
  setImmediate(() => {
    collectGarbage();
    setImmediate(() => say({ ...process.memoryUsage(), young: young() }));
  });
}

/* A client that is done closes with data unread, which resets the connection: of no interest to the measurement. */
const ignore = () => {};

/**
 * Serves on the path of the options, or on a port of the system's choice.
 * @param {(socket: import('node:net').Socket) => void} onConnection
 */
function serve(onConnection) {
  const server = net.createServer((socket) => {
    socket.on('error', ignore);
    onConnection(socket);
  });
  server.listen(options.path ?? { port: 0, host: '127.0.0.1' }, () => say({ port: server.address().port ?? 0 }));
  process.stdin.on('data', tellMemory).on('end', () => process.exit());
}

module.exports = { net, options, say, serve };
