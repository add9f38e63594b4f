'use strict';

const assert = require('node:assert');
const { once } = require('node:events');

const { needsHost } = require('../support/needs');
const { HOST, closed } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

/** A list of these rules, one a CIDR text. */
function blocking(...cidrs) {
  const list = new net.BlockList();
  list.addCIDRs(cidrs);
  return list;
}

describe('block lists of servers and of clients', () => {
  afterEach(tidy);

  it('a server closes connections from blocked addresses without an event', async () => {
    const server = track(net.createServer({ blockList: blocking('127.0.0.0/8') }));
    for (const event of ['connection', 'drop', 'error']) server.on(event, () => assert.fail(event));
    await listening(server);
    await closed((await connected(server.address().port, HOST)).on('error', () => {}).resume());
    assert.strictEqual(server._connections, 0);
  });

  it('a server accepts connections from other addresses', async () => {
    const { accepted } = await pair({ serverOptions: { blockList: blocking('10.0.0.0/8', '::1/128') } });
    assert.strictEqual(accepted.remoteAddress, HOST);
  });

  it('a server on :: blocks IPv4 clients by IPv4 rules', async function () {
    needsHost(this, '::1');
    const server = track(net.createServer({ blockList: blocking('127.0.0.1/32') }, () => assert.fail('a connection')));
    await listening(server, 0, '::');
    await closed((await connected(server.address().port, HOST)).on('error', () => {}).resume());
  });

  it('rules that are added while it listens count', async () => {
    const list = new net.BlockList();
    const server = await listening(net.createServer({ blockList: list }));
    const accepting = once(server, 'connection');
    await connected(server.address().port, HOST);
    track((await accepting)[0]);
    list.addAddress(HOST);
    server.on('connection', () => assert.fail('a connection'));
    await closed((await connected(server.address().port, HOST)).on('error', () => {}).resume());
  });

  it('a server on a path is not concerned', async () => {
    const { accepted } = await pair({ path: tempPath(), serverOptions: { blockList: blocking('0.0.0.0/0', '::/0') } });
    assert.ok(accepted.readable);
  });

  it('a client does not connect to a blocked address: ERR_IP_BLOCKED', async () => {
    const server = await listening(net.createServer(() => assert.fail('a connection')));
    await assert.rejects(connected({ port: server.address().port, host: HOST, blockList: blocking('127.0.0.1/32') }), {
      code: 'ERR_IP_BLOCKED',
      message: `IP(${HOST}) is blocked by net.BlockList`,
    });
  });

  it('a client passes over a blocked address of many', async function () {
    needsHost(this, '::1');
    const server = await listening(net.createServer(), 0, '::1');
    const lookup = (host, options, callback) =>
      callback(null, [{ address: HOST, family: 4 }, { address: '::1', family: 6 }]);
    const client = await connected({
      port: server.address().port, host: 'x', lookup, blockList: blocking('127.0.0.0/8'),
    });
    assert.strictEqual(client.remoteAddress, '::1');
  });

  it('a value that is no block list is refused', () => {
    assert.throws(() => net.createServer({ blockList: {} }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => net.connect({ port: 1, blockList: [] }), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});
