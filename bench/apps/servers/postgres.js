'use strict';
// postgres.js: PostgreSQL with TLS, over data of its own in the folder `root`.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { find } = require('../commands.js');
const { giveTo, serveBy } = require('../external.js');
const { options } = require('../program.js');
const { files } = require('../tls-pair.js');

const key = path.join(options.root, 'key.pem');
const data = path.join(options.root, 'data');

fs.copyFileSync(files.key, key);
fs.chmodSync(key, 0o600);
const user = giveTo('postgres');
execFileSync(find('initdb'), ['-D', data, '-U', 'bench', '--auth=trust', '--no-sync', '--locale=C'], {
  ...user,
  cwd: '/',
});

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: options.root,
  fsync: 'off',
  ssl: 'on',
  ssl_cert_file: files.cert,
  ssl_key_file: key,
};
const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

serveBy(find('postgres'), (port) => ['-D', data, '-p', port, ...flags], { signal: 'QUIT', user });
