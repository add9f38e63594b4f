'use strict';
// tls-pair.js: the key and the certificate of the programs that speak TLS: those of the tests.

const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, '..', '..', 'test', 'fixtures', 'tls');

const files = { key: path.join(FOLDER, 'key.pem'), cert: path.join(FOLDER, 'cert.pem') };

const pair = () => ({ key: fs.readFileSync(files.key), cert: fs.readFileSync(files.cert) });

module.exports = { files, pair };
