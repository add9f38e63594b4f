'use strict';
// Replacements by testdouble on the prototype and on the module; and reset.

const https = require('node:https');
const net = require('node:net');

const td = require('testdouble');

const { get, main, real, say } = require('./kit.cjs');

main(async () => {
  const connect = td.replace(net.Socket.prototype, 'connect');
  td.when(connect(), { ignoreExtraArgs: true }).thenDo(function connecting() {
    process.nextTick(() => this.destroy(Object.assign(new Error('mocked'), { code: 'MOCKED' })));
    return this;
  });
  say('http', await get(real));
  say('https', await get(real.replace('http', 'https'), {}, https), td.explain(connect).callCount);
  td.reset();
  say('reset', await get(`${real}/a`));
  td.when(td.replace(net, 'createConnection')(), { ignoreExtraArgs: true }).thenThrow(new Error('mocked'));
  say('createConnection', await get(`${real}/b`));
  td.reset();
  say('reset', await get(`${real}/c`));
});
