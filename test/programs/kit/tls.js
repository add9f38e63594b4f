'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { cert, key } = require('../../support/certificate');

/** A key and the certificate of localhost for it, which is its own authority. */
const pair = () => ({ key, cert });

/** The same as files that a server can read, whoever it runs as, and nobody else. */
function pairIn(dir, own) {
  const files = {};
  for (const [name, data] of Object.entries(pair())) {
    files[name] = path.join(dir, `${name}.pem`);
    fs.writeFileSync(files[name], data, { mode: 0o600 });
    own(files[name]);
  }
  return files;
}

module.exports = { pair, pairIn };
