'use strict';
// The package loaded several times in one process, as Jest does it for each test file: each copy works for itself.

const assert = require('node:assert');
const { once } = require('node:events');
const path = require('node:path');

const first = require('../..');
const { HOST } = require('../support/net');
const { listening, tidy, track } = require('../support/tidy');

const LIB = path.join(__dirname, '..', '..', 'lib', path.sep);

/** Loads lib/ anew, and leaves require.cache as it was. */
function loadCopy() {
  const kept = Object.entries(require.cache).filter(([file]) => file.startsWith(LIB));
  for (const [file] of kept) delete require.cache[file];
  const copy = require('../..');
  for (const file of Object.keys(require.cache)) if (file.startsWith(LIB)) delete require.cache[file];
  for (const [file, module] of kept) require.cache[file] = module;
  return copy;
}

describe('copies of the package in one process', () => {
  afterEach(tidy);

  async function serve(net) {
    const server = await listening(net.createServer((socket) => track(socket).pipe(socket)));
    return server.address().port;
  }

  const open = (net, port) => track(net.connect(port, HOST));

  async function echo(socket, text) {
    socket.write(text);
    const [data] = await once(socket, 'data');
    return data.toString();
  }

  it('a second copy works as the first', async () => {
    const copy = loadCopy();
    assert.notStrictEqual(copy, first);
    assert.strictEqual(await echo(open(copy, await serve(copy)), 'second'), 'second');
  });

  it('connections of the first copy go on when there is a second', async () => {
    const socket = open(first, await serve(first));
    assert.strictEqual(await echo(socket, 'before'), 'before');
    const copy = loadCopy();
    assert.strictEqual(await echo(open(copy, await serve(copy)), 'second'), 'second');
    assert.strictEqual(await echo(socket, 'after'), 'after');
  });

  it('copies speak to each other over the network, and each has its own classes', async () => {
    const copy = loadCopy();
    const socket = open(copy, await serve(first));
    assert.strictEqual(await echo(socket, 'across'), 'across');
    assert.ok(socket instanceof copy.Socket);
    assert.ok(!(socket instanceof first.Socket));
  });

  it('five copies can be open at the same time', async () => {
    const copies = Array.from({ length: 5 }, loadCopy);
    const texts = await Promise.all(copies.map(async (copy, i) => echo(open(copy, await serve(copy)), `copy ${i}`)));
    assert.deepStrictEqual(texts, ['copy 0', 'copy 1', 'copy 2', 'copy 3', 'copy 4']);
  });
});
