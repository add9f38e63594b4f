'use strict';
// ftp.js: ftp-srv over the folder `root` of the options.

const bunyan = require('bunyan');
const { FtpSrv } = require('ftp-srv');

const { obey, options, say } = require('../program.js');

const server = new FtpSrv({
  url: 'ftp://127.0.0.1:0',
  pasv_url: '127.0.0.1',
  anonymous: true,
  log: bunyan.createLogger({ name: 'ftp-srv', level: bunyan.FATAL + 1 }),
});

server.on('login', (_connection, accept) => accept({ root: options.root }));
server.listen().then(() => {
  say({ port: server.server.address().port });
  obey();
});
