'use strict';
// lock.js: one process at a time. A lock is a file that names its holder, whose time the holder renews.

const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: wait } = require('node:timers/promises');

const { ROOT, ToolError } = require('./run.js');

const LOCKS = path.join(ROOT, '.cache', 'locks');
const RENEW_MS = 5000;
const STALE_MS = 60000; // a holder that has not renewed for so long is gone, or its machine is
const RETRY_MS = 100;

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function age(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}

function isDead(file, content) {
  if (age(file) > STALE_MS) return true;
  const { host, pid } = JSON.parse(content);
  if (host !== os.hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (err) {
    return err.code === 'ESRCH';
  }
}

/* Removes the lock of a dead holder. The guard keeps two waiters from removing in turn, the second a live lock. */
function reap(file, seen) {
  const guard = `${file}.reap`;
  try {
    fs.mkdirSync(guard);
  } catch {
    if (age(guard) > STALE_MS) fs.rmSync(guard, { recursive: true, force: true });
    return;
  }
  if (read(file) === seen) fs.rmSync(file, { force: true });
  fs.rmdirSync(guard);
}

/* Appears whole or not at all, hence the link. */
function take(file, content) {
  const own = `${file}.${process.pid}.${crypto.randomUUID()}`;
  fs.writeFileSync(own, content);
  try {
    fs.linkSync(own, file);
    return true;
  } catch (err) {
    if (err.code !== 'EEXIST') throw err;
    return false;
  } finally {
    fs.rmSync(own);
  }
}

async function acquire(file, content, onWait) {
  for (let told = false; !take(file, content); ) {
    const seen = read(file);
    if (seen !== null && isDead(file, seen)) {
      reap(file, seen);
      continue;
    }
    if (!told) onWait();
    told = true;
    await wait(RETRY_MS);
  }
}

/* Whoever takes a lock is about to write: here it shows whether that is possible. */
function makeFolder() {
  try {
    fs.mkdirSync(LOCKS, { recursive: true });
    fs.accessSync(LOCKS, fs.constants.W_OK);
  } catch (err) {
    throw new ToolError(
      `${ROOT} cannot be written to (${err.code}), and something has to be installed or built there first: ` +
        'copy it to a folder that you can write to, or run this as a user who may write there',
    );
  }
}

/**
 * Runs `work` while holding the lock `name`; waits as long as another process holds it.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withLock(name, work) {
  makeFolder();
  const file = path.join(LOCKS, name);
  const content = JSON.stringify({ host: os.hostname(), pid: process.pid, id: crypto.randomUUID() });
  await acquire(file, content, () => console.error(`cnet: waiting for another process, which holds the lock .cache/locks/${name}`));

  const renewal = setInterval(() => {
    const now = new Date();
    fs.utimes(file, now, now, () => {});
  }, RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    if (read(file) === content) fs.rmSync(file, { force: true });
  }
}

module.exports = { withLock };
