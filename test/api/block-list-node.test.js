'use strict';
// A BlockList of cnet in the hands of Node's own modules, its clones, and lists of node:net in those of cnet.

const assert = require('node:assert');
const dgram = require('node:dgram');
const { once } = require('node:events');
const http = require('node:http');
const nodeNet = require('node:net');

const cnet = require('../..');
const { skip } = require('../support/needs');
const { HOST, listen } = require('../support/net');

const hasOption = nodeNet.BlockList.isBlockList !== undefined;
const canRemove = typeof nodeNet.BlockList.prototype.removeAddress === 'function';
/** Node's own check, in C++, of a list of cnet. */
const nodeChecks = (list, ...args) => nodeNet.BlockList.prototype.check.call(list, ...args);

/** How a connection to the server by `net` ends: 'in', '' (closed without a word), or the code of its error. */
const dial = (net, server, options) =>
  new Promise((resolve) => {
    let got = '';
    const socket = net.connect({ port: server.address().port, host: HOST, ...options });
    socket
      .on('data', (chunk) => (got += chunk))
      .on('error', ({ code }) => resolve(code))
      .on('close', () => resolve(got));
  });

function serve(net, options) {
  return listen(net.createServer(options, (socket) => socket.on('error', () => {}).end('in')));
}

describe("BlockList: a list of Node's too", () => {
  it("Node's own check sees every rule, from the time on in which it is made", () => {
    const list = new cnet.BlockList();
    list.addAddress('1.1.1.1');
    assert.strictEqual(nodeChecks(list, '1.1.1.1'), true);
    list.addAddresses(['2.2.2.2', '2.2.2.3']);
    list.addCIDR('10.0.0.0/8');
    list.addSubnet('fe80::', 10, 'ipv6');
    list.addRange('5.0.0.1', '5.0.0.9');
    list.fromJSON(['Address: IPv6 ::5']);
    for (const text of ['2.2.2.3', '10.9.9.9', '5.0.0.9']) assert.strictEqual(nodeChecks(list, text), true, text);
    for (const text of ['fe80::9', '::5']) assert.strictEqual(nodeChecks(list, text, 'ipv6'), true, text);
    list.removeAddress('1.1.1.1');
    list.removeCIDR('10.0.0.0/8');
    list.removeRange('5.0.0.1', '5.0.0.9');
    for (const text of ['1.1.1.1', '10.9.9.9', '5.0.0.9']) assert.strictEqual(nodeChecks(list, text), false, text);
    assert.strictEqual(nodeChecks(list, '2.2.2.2'), true);
    list.clear();
    assert.strictEqual(nodeChecks(list, '2.2.2.2'), false);
  });

  it('it is an instance for both, and so are lists of Node and clones', () => {
    const list = new cnet.BlockList();
    for (const one of [
      list,
      new nodeNet.BlockList(),
      structuredClone(list),
      structuredClone(new nodeNet.BlockList()),
    ]) {
      assert.deepStrictEqual([cnet.BlockList.isBlockList(one), one instanceof cnet.BlockList], [true, true]);
      assert.strictEqual(one instanceof nodeNet.BlockList, true);
      if (hasOption) assert.strictEqual(nodeNet.BlockList.isBlockList(one), true);
    }
    for (const one of [null, {}, Object.create(nodeNet.BlockList.prototype)])
      assert.strictEqual(cnet.BlockList.isBlockList(one), false);
    assert.strictEqual(list instanceof class extends cnet.BlockList {}, false);
  });

  it('a clone is a list, and shares its rules both ways', () => {
    const list = new cnet.BlockList();
    list.addAddress('1.1.1.1');
    list.addSubnet('2001:db8::', 32, 'ipv6');
    list.addRange('5.0.0.1', '5.0.0.9');
    const clone = structuredClone(list);
    assert.deepStrictEqual([...clone.rules].sort(), [...list.rules].sort());
    clone.addAddress('2.2.2.2');
    list.addAddress('3.3.3.3');
    assert.deepStrictEqual([list.check('2.2.2.2'), clone.check('3.3.3.3'), list.size], [true, true, 5]);
    assert.strictEqual(list.rules[4], 'Range: IPv4 5.0.0.1-5.0.0.9');
    assert.deepStrictEqual([list.check('x'), list.check('::ffff:2.2.2.2', 'ipv6')], [false, true]);
    if (canRemove) clone.removeAddress('1.1.1.1');
    else list.removeAddress('1.1.1.1');
    assert.deepStrictEqual([list.check('1.1.1.1'), list.check('2.2.2.2')], [false, true]);
    list.clear();
    assert.deepStrictEqual([list.size, list.check('2.2.2.2')], [0, false]);
  });

  for (const [name, make] of [
    ['of node:net', () => Array(2).fill(new nodeNet.BlockList())],
    ['that is a clone', () => {
      const list = new cnet.BlockList();
      return [structuredClone(list), list];
    }],
    ['that was cloned', () => {
      const list = new cnet.BlockList();
      return [list, structuredClone(list)];
    }],
  ]) {
    it(`a list ${name} keeps clients out of a server of cnet, and clients from connecting, from the time of each rule on`, async () => {
      const [given, edited] = make();
      const server = await serve(cnet, { blockList: given });
      assert.strictEqual(await dial(cnet, server), 'in');
      assert.strictEqual(await dial(cnet, server, { blockList: given }), 'in');
      edited.addAddress(HOST);
      assert.strictEqual(await dial(nodeNet, server), '');
      assert.strictEqual(await dial(cnet, server, { blockList: given }), 'ERR_IP_BLOCKED');
      const lookup = (host, options, callback) => callback(null, [{ address: HOST, family: 4 }]);
      const race = { host: 'a.test', lookup, autoSelectFamily: true, connectionAttemptDelay: 20, blockList: given };
      assert.strictEqual(await dial(cnet, server, race), 'ERR_IP_BLOCKED');
      server.close();
    });

    it(`a list ${name} says who is trusted to send a header, from the time of each rule on`, async () => {
      const [given, edited] = make();
      const server = await serve(cnet, { proxyProtocol: { mode: 'optional', trusted: given } });
      const proxyHeader = { sourceAddress: '9.9.9.9', sourcePort: 9 };
      const peers = [];
      server.on('connection', (socket) => peers.push(socket.proxyHeader === undefined || socket.proxyHeader === null));
      await dial(cnet, server, { proxyHeader });
      edited.addAddress(HOST);
      await dial(cnet, server, { proxyHeader });
      server.close();
      assert.deepStrictEqual(peers, [true, false]);
    });
  }

  it('a list that runs code as it is asked may destroy the socket that asks', async () => {
    class Destroying extends nodeNet.BlockList {
      check() {
        socket.destroy();
        return false;
      }
    }
    const server = await serve(cnet);
    const socket = cnet.connect({ port: server.address().port, host: HOST, blockList: new Destroying() });
    await once(socket, 'close');
    server.close();
    assert.strictEqual(socket.bytesRead, 0);
  });

  describe("in Node's own modules", () => {
    before(function () {
      if (!hasOption) skip(this, 'not with this Node');
    });

    it('net, http and servers of them obey it', async () => {
      const list = new cnet.BlockList();
      const server = await serve(nodeNet, { blockList: list });
      assert.strictEqual(await dial(nodeNet, server, { blockList: list }), 'in');
      list.addAddress(HOST);
      assert.strictEqual(await dial(nodeNet, server, { blockList: list }), 'ERR_IP_BLOCKED');
      assert.strictEqual(await dial(nodeNet, server), '');
      const [error] = await once(http.get({ host: HOST, port: server.address().port, blockList: list }), 'error');
      assert.strictEqual(error.code, 'ERR_IP_BLOCKED');
      server.close();
    });

    it('dgram obeys it', async () => {
      const list = new cnet.BlockList();
      const receiver = dgram.createSocket({ type: 'udp4', receiveBlockList: list }).bind(0, HOST);
      const sender = dgram.createSocket({ type: 'udp4', sendBlockList: list }).bind(0, '127.0.0.2');
      await Promise.all([once(receiver, 'listening'), once(sender, 'listening')]);
      const send = (text) => new Promise((resolve) => sender.send(text, receiver.address().port, HOST, resolve));
      list.addAddress(HOST);
      assert.strictEqual((await send('a')).code, 'ERR_IP_BLOCKED');
      list.clear();
      list.addAddress('127.0.0.2'); // who sends
      await send('b');
      const plain = dgram.createSocket('udp4').bind(0, '127.0.0.3');
      await once(plain, 'listening');
      plain.send('c', receiver.address().port, HOST);
      assert.strictEqual(String((await once(receiver, 'message'))[0]), 'c');
      for (const socket of [receiver, sender, plain]) socket.close();
    });
  });
});
