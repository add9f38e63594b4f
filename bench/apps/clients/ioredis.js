'use strict';
// ioredis.js: an operation sets a value of `size` bytes and gets it.

const { Redis } = require('ioredis');

const { obey, options } = require('../program.js');

const redis = new Redis(options.port, '127.0.0.1');
const value = 'x'.repeat(options.size);
let count = 0;

async function setAndGet() {
  const key = `key ${count++ % 100}`;
  await redis.set(key, value);
  await redis.get(key);
}

redis.once('ready', () => obey(setAndGet, options.atOnce));
