'use strict';
// mariadb.js: MariaDB with TLS, over data of its own in the folder `root`.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { find } = require('../commands.js');
const { giveTo, serveBy } = require('../external.js');
const { options } = require('../program.js');
const { files } = require('../tls-pair.js');

const key = path.join(options.root, 'key.pem');
const data = path.join(options.root, 'data');
const init = path.join(options.root, 'init.sql');

fs.copyFileSync(files.key, key);
fs.chmodSync(key, 0o600);
fs.mkdirSync(data, { mode: 0o700 });
fs.writeFileSync(
  init,
  "CREATE USER 'bench'@'%' IDENTIFIED BY 'bench';\nCREATE DATABASE bench;\nGRANT ALL ON bench.* TO 'bench'@'%';\n",
);
const user = giveTo('mysql');
const asUser = user === undefined ? [] : [`--user=${user.name}`];
const install = [
  '--no-defaults',
  `--datadir=${data}`,
  ...asUser,
  '--skip-test-db',
  '--auth-root-authentication-method=normal',
];
execFileSync(find('mariadb-install-db'), install, {
  env: { ...process.env, TMPDIR: options.root },
  cwd: '/',
  stdio: ['ignore', 'ignore', 'inherit'],
});

serveBy(
  find('mariadbd'),
  (port) => [
    '--no-defaults',
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${path.join(options.root, 'socket')}`,
    `--ssl-cert=${files.cert}`,
    `--ssl-key=${key}`,
    '--skip-name-resolve',
    `--tmpdir=${options.root}`,
    `--pid-file=${path.join(options.root, 'pid')}`,
    '--innodb-buffer-pool-size=32M',
    `--init-file=${init}`,
  ],
  { user },
);
