'use strict';
// commands.js: the programs that a machine has.

const fs = require('node:fs');
const path = require('node:path');

const { missing } = require('../../tools/need.js');

/** Debian keeps PostgreSQL's servers in a folder for each version. */
const POSTGRES = '/usr/lib/postgresql';

/** Debian's packages of those that are not called so. */
const PACKAGES = {
  ab: 'apache2-utils',
  h2load: 'nghttp2-client',
  mariadbd: 'mariadb-server',
  'mariadb-install-db': 'mariadb-server',
  postgres: 'postgresql',
  'redis-server': 'redis-server',
  setpriv: 'util-linux',
};

function folders() {
  const versions = fs.existsSync(POSTGRES) ? fs.readdirSync(POSTGRES).sort((a, b) => b - a) : [];
  const ofPostgres = versions.map((version) => path.join(POSTGRES, version, 'bin'));
  return [...ofPostgres, ...String(process.env.PATH).split(path.delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
}

/** The file of a program. @param {string} name @returns {string | undefined} */
const find = (name) => folders().map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));

/** Whether a program is there. @param {string} name */
const isHere = (name) => find(name) !== undefined;

/**
 * What is said of those among some programs that are not there.
 * @param {string[]} names
 * @returns {string | undefined}
 */
function lacking(names) {
  const absent = names.filter((name) => !isHere(name));
  return absent.length === 0 ? undefined : missing(absent, absent.map((name) => PACKAGES[name] ?? name));
}

module.exports = { find, isHere, lacking };
