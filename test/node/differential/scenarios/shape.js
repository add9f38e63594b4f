'use strict';

const { since } = require('../since');

const nodeNet = require('node:net');

const HIDDEN = new Set(['_TransferredBoundSocket']);

/** Logs which names of Node's object are missing in ours: none. */
function covers(t, label, ours, theirs, hidden = new Set()) {
  const names = new Set(Object.getOwnPropertyNames(ours));
  t.log(label, Object.getOwnPropertyNames(theirs).filter((name) => !names.has(name) && !hidden.has(name)).sort());
}

/** The names of the newest line. */
const NAMES = {
  Socket: `
    _bytesDispatched _connecting _destroy _final _getpeername _getsockname _handle _onTimeout _read _reset
    _unrefTimer _write _writeGeneric _writev address bufferSize bytesRead bytesWritten connect constructor
    destroySoon end getTypeOfService localAddress localFamily localPort pause pending read readyState ref
    remoteAddress remoteFamily remotePort resetAndDestroy resume setKeepAlive setNoDelay setTimeout setTypeOfService
    unref`,
  Server: `
    _emitCloseIfDrained _listen2 _setupWorker address close constructor getConnections listen listening ref unref`,
  BlockList: `
    addAddress addAddresses addCIDR addCIDRs addRange addSubnet check clear constructor fromJSON removeAddress
    removeCIDR removeRange removeSubnet rules size toJSON`,
  SocketAddress: `
    address constructor family flowlabel port toJSON`,
  net: `
    BlockList Server Socket SocketAddress Stream _createServerHandle _normalizeArgs connect createConnection
    createServer getDefaultAutoSelectFamily getDefaultAutoSelectFamilyAttemptTimeout isIP isIPv4 isIPv6
    setDefaultAutoSelectFamily setDefaultAutoSelectFamilyAttemptTimeout`,
};

const names = (key) => NAMES[key].trim().split(/\s+/);

/** For each of these names: what it is in the object, whether read through an accessor or not. */
function kinds(t, object, list) {
  for (const name of list) {
    const found = Object.getOwnPropertyDescriptor(object, name);
    const value = found?.value ?? (object === t.net ? object[name] : undefined);
    if (!found) t.log(name, 'missing');
    else if (typeof value === 'function') t.log(name, 'function', value.length, found.enumerable);
    else t.log(name, 'accessor', typeof found.get, typeof found.set, found.enumerable);
  }
}

const NEWEST = {
  'kinds of the members of Socket': [24, 'the type of service came in 24.15'],
  'kinds of the members of BlockList and SocketAddress': [24, 'more rules came in 24.21'],
};

module.exports = [
  { title: 'no name of the module is missing', run(t) {
    covers(t, 'missing', t.net, nodeNet, HIDDEN);
    const kept = Object.keys(t.net).filter((name) => Object.keys(nodeNet).includes(name) && !HIDDEN.has(name));
    t.log('in order', kept);
  } },
  { title: 'kinds and lengths of the module', run: (t) => kinds(t, t.net, names('net')) },
  { title: 'no name of Socket is missing', run(t) {
    covers(t, 'prototype', t.net.Socket.prototype, nodeNet.Socket.prototype);
    covers(t, 'class', t.net.Socket, nodeNet.Socket);
    t.log('enumerable', Object.keys(nodeNet.Socket.prototype).filter((name) =>
      !Object.keys(t.net.Socket.prototype).includes(name)));
  } },
  { title: 'kinds of the members of Socket', run: (t) => kinds(t, t.net.Socket.prototype, names('Socket')) },
  { title: 'no name of Server is missing', run(t) {
    covers(t, 'prototype', t.net.Server.prototype, nodeNet.Server.prototype);
    covers(t, 'class', t.net.Server, nodeNet.Server);
  } },
  { title: 'kinds of the members of Server', run: (t) => kinds(t, t.net.Server.prototype, names('Server')) },
  { title: 'no name of BlockList and SocketAddress is missing', run(t) {
    for (const name of ['BlockList', 'SocketAddress']) {
      covers(t, name, t.net[name].prototype, nodeNet[name].prototype);
      covers(t, `class ${name}`, t.net[name], nodeNet[name]);
    }
  } },
  { title: 'kinds of the members of BlockList and SocketAddress', run(t) {
    for (const name of ['BlockList', 'SocketAddress']) kinds(t, t.net[name].prototype, names(name));
  } },
  { title: 'own properties that programs read', async run(t) {
    const { client, accepted, server } = await t.pair();
    const read = (label, object, names) => t.log(label, names.filter((name) => !(name in object)));
    for (const [label, socket] of [['client', client], ['accepted', accepted]]) {
      read(label, socket, ['connecting', '_hadError', '_parent', '_host', '_pendingData', '_pendingEncoding',
        '_server', 'server',
        'allowHalfOpen', 'destroyed', 'timeout', 'autoSelectFamilyAttemptedAddresses']);
      t.log(label, socket._hadError, socket._parent, socket._host, socket._pendingData, socket._pendingEncoding);
    }
    read('server', server, ['_connections', '_handle', '_usingWorkers', '_workers', '_unref', 'allowHalfOpen',
      'pauseOnConnect',
      'noDelay', 'keepAlive', 'keepAliveInitialDelay', 'highWaterMark', '_connectionKey']);
    t.log('server', server._connections, server._usingWorkers, server._workers, server._unref, server.allowHalfOpen,
      server.pauseOnConnect, server.noDelay, server.keepAlive, server.keepAliveInitialDelay, server.highWaterMark);
  } },
  { title: '_host of a client', async run(t) {
    for (const host of ['localhost', '127.0.0.1']) {
      const client = t.watch(t.net.connect({ port: t.refused(), host }), host);
      t.log('at once', client._host);
      await t.closed(client);
      t.log('closed', client._host);
    }
  } },
  { title: 'the handle of a socket', async run(t) {
    const { client, accepted, server } = await t.pair({ server: {} });
    for (const [label, socket] of [['client', client], ['accepted', accepted]]) {
      const handle = socket._handle;
      t.log(label, typeof handle.fd, handle.fd > 2, typeof handle.getAsyncId, handle.getAsyncId() > 0, handle.hasRef());
      const [here, there] = [{}, {}];
      t.log('names', handle.getsockname(here), here, handle.getpeername(there), there);
      t.log('reading', handle.reading, handle.bytesRead, handle.bytesWritten, handle.writeQueueSize);
      t.log('methods', ['ref', 'unref', 'close', 'readStart', 'readStop', 'setNoDelay', 'setKeepAlive', 'reset',
        'getpeername', 'getsockname', 'hasRef', 'getAsyncId'].filter((name) => typeof handle[name] !== 'function'));
      socket.unref();
      t.log('unref', handle.hasRef());
      socket.ref();
      t.log('ref', handle.hasRef());
      handle.readStop();
    }
    t.log('server', server._handle);
    client.destroy();
    t.log('destroyed', client._handle);
    await t.closed(client);
  } },
  { title: 'the handle of a server', async run(t) {
    const server = t.track(t.net.createServer(), 'server');
    t.log('before', server._handle);
    await t.listen(server);
    const handle = server._handle;
    const name = {};
    t.log('listening', typeof handle.fd, handle.fd > 2, handle.getAsyncId() > 0, handle.hasRef(),
      handle.getsockname(name), name);
    server.unref();
    t.log('unref', handle.hasRef());
    server.close();
    t.log('closed', server._handle);
  } },
  { title: 'inspecting a socket names its class', async run(t) { // how long the text is: test/api/socket-state.test.js
    const { inspect } = require('util');
    const { client, server } = await t.pair();
    for (const value of [client, server, new t.net.Socket()]) {
      t.log('shown as', /^(?:<ref \*1> )?(\w+) \{/.exec(inspect(value))?.[1]);
    }
    t.log('json', typeof JSON.stringify(server));
  } },
  { title: '_normalizeArgs', run(t) {
    const callback = () => {};
    for (const args of [[], [80], [80, 'host'], [80, 'host', callback], [80, callback], ['80'], ['80', 'h'], ['/path'],
      ['/path', callback], [{ port: 1 }], [{ port: 1 }, callback], [callback], [null], [undefined, callback], [''],
        ['a'],
      [80, undefined, callback], [80, 90], ['path', 90, callback], [{}, {}], [true], [NaN], [-1], ['0'], ['1e3'],
        ['-1']]) {
      t.try(`_normalizeArgs(${args.map(String).join()})`, () => {
        const result = t.net._normalizeArgs(args);
        return [result, Array.isArray(result), Object.getOwnPropertySymbols(result).length];
      });
    }
  } },
  { title: '_createServerHandle', async run(t) {
    const make = (label, ...args) => {
      const handle = t.net._createServerHandle(...args);
      if (typeof handle === 'number') return t.log(label, handle);
      const name = {};
      const result = handle.getsockname?.(name);
      t.log(label, typeof handle, handle.fd > 2, result, name.address, name.family, name.port > 0);
      handle.close();
      return undefined;
    };
    make('IPv4', '127.0.0.1', 0, 4);
    make('IPv6', '::1', 0, 6);
    make('any', null, 0, 4);
    make('any6', null, 0, 6);
    make('path', t.path('s'), -1, -1);
    make('bad path', t.path('none/s'), -1, -1);
    make('bad address', '203.0.113.7', 0, 4);
    make('in use', '127.0.0.1', t.refused(), 4);
    await t.turns(2);
  } },
  { title: 'isIP, isIPv4, isIPv6', run(t) {
    for (const value of ['127.0.0.1', '1.2.3', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', '::', '::1', '::ffff:1.2.3.4',
      'fe80::1%eth0',
      'fe80::1%', '1::2::3', '12345::', '', 'x', ':::', '::1/64', '[::1]', '0x7f.1', '::1.2.3.4', '1:2:3:4:5:6:7:8',
        '1:2:3:4:5:6:7::',
      '1:2:3:4:5:6:7:8:9', 'fe80::1%eth0%1', '\u0000::1', '127.0.0.1\u0000', null, undefined, 1, {}, [], true,
      { toString: () => '127.0.0.1' }, ['::1'], Symbol('s')]) {
      t.try(`isIP(${String(value)})`, () => [t.net.isIP(value), t.net.isIPv4(value), t.net.isIPv6(value)]);
    }
  } },
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
