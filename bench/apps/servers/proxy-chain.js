'use strict';
// proxy-chain.js: the proxy server of proxy-chain.

const { Server } = require('proxy-chain');

const { obey, say } = require('../program.js');

const server = new Server({ host: '127.0.0.1', port: 0 });

server.listen().then(() => {
  say({ port: server.port });
  obey();
});
