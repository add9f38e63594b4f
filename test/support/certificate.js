'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Where the certificate and its key are, as `cert.pem` and `key.pem`. */
const CERTIFICATES = path.join(__dirname, '..', 'fixtures', 'tls');

/** A certificate of `localhost` and 127.0.0.1 that has signed itself, and its key. */
const cert = fs.readFileSync(path.join(CERTIFICATES, 'cert.pem'));
const key = fs.readFileSync(path.join(CERTIFICATES, 'key.pem'));

module.exports = { CERTIFICATES, cert, key };
