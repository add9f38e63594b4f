'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { start } = require('./servers');

/** Starts mosquitto on a port, with users of its own: `user` has the password `secret`. */
async function startMosquitto(dir, { port }) {
  const config = path.join(dir, 'mosquitto.conf');
  const words = path.join(dir, 'passwords');
  // PBKDF2 of `secret`, as mosquitto_passwd writes it
  fs.writeFileSync(words, `user:${hash('secret')}\n`, { mode: 0o600 });
  fs.writeFileSync(config, [
    ...(process.getuid() === 0 ? ['user root'] : []),
    'per_listener_settings false',
    'allow_anonymous false',
    `password_file ${words}`,
    'max_queued_messages 100000',
    'max_inflight_messages 1000',
    `listener ${port} 127.0.0.1`,
    '',
  ].join('\n'));
  return start('mosquitto', ['-c', config], { ready: /mosquitto version \S+ running/ });
}

function hash(password) {
  const salt = crypto.randomBytes(12);
  const key = crypto.pbkdf2Sync(password, salt, 101, 64, 'sha512');
  return `$7$101$${salt.toString('base64')}$${key.toString('base64')}`;
}

module.exports = { startMosquitto };
