'use strict';
// cnet/promises beside the net/promises of a Node that has it: one scenario on both, with one outcome. What is
// expected is what the documentation of Node's main branch says, so cnet is held to it on every line.

const assert = require('node:assert');
const { once } = require('node:events');
const Module = require('node:module');
const net = require('node:net');
const path = require('node:path');

const cnet = require('../..');
const { node } = require('../support/child');
const { skip } = require('../support/needs');
const { HOST } = require('../support/net');

const hasOwn = Module.isBuiltin?.('node:net/promises') ?? false;
const SIDES = [['cnet', cnet, cnet.promises], ['Node', net, hasOwn ? require('node:net/promises') : null]];

const failure = (promise) => promise.then(() => 'none', ({ name, code }) => `${name} ${code ?? ''}`.trim());

const SCENARIOS = {
  'listen() and connect() resolve with what works': async ({ Server, Socket }, { connect, listen }) => {
    const came = [];
    const server = await listen({ port: 0, host: HOST, connectionListener: (socket) => came.push(socket.end('x')) });
    const socket = await connect({ port: server.address().port, host: HOST });
    const data = String((await once(socket, 'data'))[0]);
    const shapes = [server instanceof Server, socket instanceof Socket, server.listening];
    await new Promise((resolve) => server.close(resolve));
    return [data, came.length, ...shapes];
  },
  'errors and aborted signals reject': async (_, { connect, listen }) => {
    const server = await listen({ port: 0, host: HOST });
    const { port } = server.address();
    const taken = await failure(listen({ port, host: HOST }));
    await new Promise((resolve) => server.close(resolve));
    const refused = await failure(connect({ port, host: HOST }));
    const names = [];
    for (const start of [connect, listen])
      names.push((await failure(start({ port, host: HOST, signal: AbortSignal.abort() }))).split(' ')[0]);
    return [taken, refused, ...names];
  },
  'a signal that is aborted later closes the server, and leaves the connection': async (_, { connect, listen }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const server = await listen({
      port: 0,
      host: HOST,
      signal,
      connectionListener: (socket) => socket.resume().on('error', () => {}),
    });
    const socket = await connect({ port: server.address().port, host: HOST, signal });
    controller.abort();
    const seen = [server.listening, socket.destroyed];
    socket.destroy();
    await once(server, 'close');
    return seen;
  },
  'leaving the loop leaves the server listening, and another loop goes on': async (_, { connect, listen }) => {
    const server = await listen({ port: 0, host: HOST });
    const seen = [];
    for (let i = 0; i < 2; i++) {
      const client = connect({ port: server.address().port, host: HOST });
      for await (const socket of server) {
        socket.end(String(i));
        break;
      }
      seen.push(String((await once(await client, 'data'))[0]), server.listening);
    }
    server.close();
    return seen;
  },
  'the loop ends with the server, and rejects with its error': async ({ createServer }, { listen }) => {
    const server = await listen({ port: 0, host: HOST });
    setImmediate(() => server.close());
    let count = 0;
    for await (const socket of server) count += socket ? 1 : 1;
    const failing = createServer();
    const loop = failing[Symbol.asyncIterator]().next();
    failing.emit('error', new RangeError('mine'));
    return [count, await failure(loop)];
  },
};
const EXPECTED = [
  ['x', 1, true, true, true],
  ['Error EADDRINUSE', 'Error ECONNREFUSED', 'AbortError', 'AbortError'],
  [false, false],
  ['0', true, '1', true],
  [0, 'RangeError'],
];

describe('net/promises as Node has it', () => {
  Object.entries(SCENARIOS).forEach(([title, scenario], i) => {
    for (const [name, module, promises] of SIDES) {
      it(`${title} (${name})`, async function () {
        if (promises === null) skip(this, 'not with this Node');
        assert.deepStrictEqual(await scenario(module, promises), EXPECTED[i]);
      });
    }
  });

  it('with cnet/register it is cnet/promises, also where Node has one', async () => {
    const flag = ['-r', path.join(__dirname, '..', '..', 'lib', 'register.js')];
    const script = `
      const net = require('net');
      console.log(require('net/promises') === net.promises, require('node:net/promises') === net.promises, 'setUserTimeout' in net.Socket.prototype);`;
    const { stdout } = await node([...flag, '-e', script]);
    assert.strictEqual(stdout, 'true true true\n');
  });
});
