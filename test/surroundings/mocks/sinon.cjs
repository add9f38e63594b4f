'use strict';
// Stubs and spies of sinon on the prototypes and on the module; and restored.

const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');

const sinon = require('sinon');

const { get, main, port, real, say } = require('./kit.cjs');

const failed = (emitter) => new Promise((resolve) => emitter.on('error', (error) => resolve(error.code)));

main(async () => {
  let stub = sinon.stub(net.Socket.prototype, 'connect').callsFake(function connect() {
    process.nextTick(() => this.destroy(Object.assign(new Error('mocked'), { code: 'MOCKED' })));
    return this;
  });
  say('http', await get(real));
  say('https', await get(real.replace('http', 'https'), {}, https));
  say('net', await failed(net.connect(port)));
  say('tls', await failed(tls.connect(port)));
  say('http2', await failed(http2.connect(real)), stub.callCount);
  sinon.restore();
  say('restored', await get(`${real}/a`));

  stub = sinon.stub(net, 'createConnection').throws(new Error('mocked'));
  say('createConnection', await get(`${real}/b`), stub.callCount);
  sinon.restore();
  stub = sinon.spy(net, 'connect');
  http2.connect(real).on('error', () => {}).destroy();
  say('connect', await get(`${real}/c`), stub.callCount);
  sinon.restore();

  const spies = ['connect', 'write', 'setTimeout'].map((name) => sinon.spy(net.Socket.prototype, name));
  say(
    'spies',
    await get(`${real}/d`, { timeout: 30000 }),
    spies.map((spy) => spy.called),
    spies[0].firstCall.thisValue instanceof net.Socket,
  );
  sinon.restore();

  stub = sinon.stub(net.Server.prototype, 'listen').callsFake(function listen() {
    process.nextTick(() => this.emit('listening'));
    return this;
  });
  for (const module of [net, http, https, http2, tls]) {
    const server = module.createServer();
    await new Promise((resolve) => server.once('listening', resolve).listen(1));
  }
  say('listen', stub.callCount);
  sinon.restore();
  say('restored', await get(`${real}/e`));
});
