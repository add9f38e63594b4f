'use strict';
// What util.inspect() shows of the classes of cnet.

const assert = require('node:assert');
const nodeNet = require('node:net');
const { inspect } = require('node:util');

const { needsDuplicates } = require('../support/needs');
const { HOST } = require('../support/net');
const { net } = require('../support/subject');
const { listening, pair, tempPath, tidy, track } = require('../support/tidy');

describe('util.inspect()', () => {
  afterEach(tidy);

  for (const [name, make] of [
    ['BlockList', ({ BlockList }) => {
      const list = new BlockList();
      list.addAddress('1.2.3.4');
      return list;
    }],
    ['SocketAddress', ({ SocketAddress }) => new SocketAddress({ port: 80 })],
  ]) {
    it(`${name}: as Node's, at each depth`, () => {
      const show = (value) => [{}, { depth: 0 }, { depth: 1 }, { depth: null }, { compact: false }].flatMap((options) =>
        [inspect(value, options), inspect({ value }, options), inspect([[value]], options)]);
      assert.deepStrictEqual(show(make(net)), show(make(nodeNet)));
    });
  }

  it('BlockList and SocketAddress: no accessor of a class that extends them is run', () => {
    const boom = () => { throw new Error('run'); };
    class List extends net.BlockList {
      get rules() { return boom(); }
    }
    class Address extends net.SocketAddress {
      get address() { return boom(); }
      toJSON() { return boom(); }
    }
    assert.strictEqual(inspect(new List()), 'BlockList { rules: [] }');
    assert.match(inspect(new Address()), /^SocketAddress { address: '127\.0\.0\.1', port: 0/);
    inspect(Object.create(new List()));
    inspect(Object.create(new net.SocketAddress()));
  });

  it('BoundSocket: where it is bound, until it is given away', () => {
    const bound = new net.BoundSocket({ host: HOST });
    const { port } = bound.address();
    assert.strictEqual(
      inspect(bound, { breakLength: Infinity }),
      `BoundSocket { address: { address: '${HOST}', family: 'IPv4', port: ${port} }, fd: ${bound.fd()}, isPipe: false }`,
    );
    assert.strictEqual(inspect({ bound }, { depth: 0 }), '{ bound: [BoundSocket] }');
    bound.close();
    assert.strictEqual(inspect(bound), 'BoundSocket { adopted: true, isPipe: false }');
    inspect(net.BoundSocket.prototype);
    inspect(Object.create(bound));
  });

  it('a token: what it is of, and not its key; what it is does not change by that', function () {
    needsDuplicates(this);
    const token = net.transfer(new net.BoundSocket({ host: HOST }));
    assert.strictEqual(inspect(token), "TransferToken { type: 'BoundSocket' }");
    assert.strictEqual(inspect([[token]], { depth: 1 }), '[ [ [TransferToken] ] ]');
    assert.deepStrictEqual([Object.keys(token), JSON.parse(JSON.stringify(token)).key], [['type', 'key'], token.key]);
    net.receive(structuredClone(token)).close();
  });

  it("Server: Node's properties in Node's order, without cnet's own, then address, connections and limits", async () => {
    const blockList = new nodeNet.BlockList();
    const later = ['blockList', '_listeningId']; // older lines do not have them
    const keysOf = (server) =>
      inspect(server, { depth: 0 })
        .match(/^ {2}[\w[(]+(?=:| |\))/gm)
        .map((key) => key.trim());
    const node = nodeNet.createServer({ blockList, noDelay: true });
    await new Promise((resolve) => {
      node.listen(0, HOST, resolve);
    });
    const expected = keysOf(node).filter((key) => !key.includes('Symbol'));
    node.close();
    const { server } = await pair({ serverOptions: { blockList, noDelay: true } });
    server.maxConnections = 7;
    server.maxConnectionsPerAddress = 3;
    const shown = inspect(server, { breakLength: Infinity });
    assert.deepStrictEqual(
      keysOf(server).filter(
        (key) => !key.includes('Symbol') && !['address', 'connections', 'limits', ...later].includes(key),
      ),
      expected.filter((key) => !later.includes(key)),
    );
    assert.ok(shown.includes(`address: { address: '${HOST}', family: 'IPv4', port: ${server.address().port} }`), shown);
    assert.match(shown, /connections: 1/);
    assert.match(shown, /limits: { maxConnections: 7, maxConnectionsPerAddress: 3 }/);
    assert.doesNotMatch(shown, /kAcceptLimit|kHoldCount|kProxyProtocol/);
    assert.deepStrictEqual(
      [inspect({ server }, { depth: 0 }), inspect(server, { depth: -1 })],
      ['{ server: [Server] }', '[Server]'],
    );
  });

  it('Server: a path; one that does not listen; one whose limits are not set', async () => {
    const path = tempPath();
    const server = await listening(net.createServer(), path);
    assert.ok(inspect(server).includes(`address: ${inspect(path)}`));
    const idle = inspect(net.createServer());
    assert.match(idle, /address: null,\n {2}connections: 0/);
    assert.doesNotMatch(idle, /limits/);
  });

  it('Server: what is circular is shown as that, at any depth', async () => {
    const server = net.createServer();
    server.itself = server;
    server.around = [{ server }];
    assert.match(
      inspect(server, { depth: Infinity }),
      /^<ref \*1> Server {[^]*itself: \[Circular \*1\],\n {2}around: \[ { server: \[Circular \*1\] } \]/,
    );
  });

  it('Server: a class that extends it has its name and its properties, and its accessors are not run', () => {
    class Mine extends net.Server {
      own = 5;
      get _handle() { throw new Error('run'); }
      set _handle(value) { /* not kept */ }
      get maxConnections() { throw new Error('run'); }
      get address() { throw new Error('run'); }
    }
    const mine = new Mine();
    Object.defineProperty(mine, 'trap', { get() { throw new Error('run'); }, enumerable: true });
    const shown = inspect(mine, { depth: 1 });
    assert.match(shown, /^Mine {/);
    assert.match(shown, /own: 5/);
    assert.match(shown, /trap: \[Getter\]/);
    inspect(net.Server.prototype);
    inspect(Object.create(mine));
    inspect(new Proxy(mine, { ownKeys() { throw new Error('run'); } }));
  });

  it("Socket: as Node's, by what it has", async () => {
    const { client } = await pair();
    assert.match(
      inspect(track(client), { depth: 0 }),
      /^Socket {\n {2}connecting: false,\n {2}_hadError: false,\n {2}_parent: null,\n {2}_host: null,/,
    );
  });
});
