'use strict';
// http2.js: an operation is a request of HTTP/2 over one connection, which with the option `secure` is of TLS.

const http2 = require('node:http2');

const { obey, options } = require('../program.js');

const session = http2.connect(`http${options.secure ? 's' : ''}://127.0.0.1:${options.port}`, {
  rejectUnauthorized: false,
});

const ask = () => new Promise((resolve, reject) => {
  session.request({ ':path': '/' }).on('error', reject).on('end', resolve).resume();
});

obey(ask, options.atOnce);
