'use strict';
// ftp.js: basic-ftp: an operation takes the file `big` from the server, or with the option `up` sends it there.
// `local` is the client's folder.

const path = require('node:path');

const { Client } = require('basic-ftp');

const { obey, options } = require('../program.js');

const client = new Client();
const big = path.join(options.local, 'big');
const taken = path.join(options.local, 'taken');

client.access({ host: '127.0.0.1', port: options.port, secure: false }).then(() => {
  obey(() => (options.up ? client.uploadFrom(big, 'sent') : client.downloadTo(taken, 'big')));
});
