'use strict';

// A server on a relative path: its file is where the working directory was when listen() was called, whatever it is
// later.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { node } = require('../support/child');
const { skip } = require('../support/needs');
const { patience } = require('../support/scale');
const { tempPath, tidy } = require('../support/tidy');

const ROOT = path.join(__dirname, '..', '..');

/** Listens on 's' in the directory `there`, goes to `elsewhere` at once, tells when it listens, and closes. */
const PROGRAM = `
  const net = require(${JSON.stringify(ROOT)});
  const { pbkdf2 } = require('node:crypto');
  const fs = require('node:fs');
  const [there, elsewhere, options] = process.argv.slice(1);
  process.chdir(there);
  pbkdf2('x', 'x', 100000, 8, 'sha1', () => {}); // the only thread of the pool is busy
  const server = net.createServer((socket) => socket.end()).listen({ path: 's', ...JSON.parse(options) }, () => {
    const mode = fs.statSync(there + '/s').mode & 0o777;
    net.connect(there + '/s').on('close', () => server.close(() => console.log(JSON.stringify({ mode })))).resume();
  });
  process.chdir(elsewhere);`;

describe('the file of a server on a relative path, when the working directory changes', function () {
  this.timeout(patience(30000));

  before(function () {
    if (process.platform === 'win32') skip(this, 'there are no files');
  });
  afterEach(tidy);

  function leaveBehind(file) {
    const program = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
    spawnSync(process.execPath, ['-e', program, file]);
    fs.chmodSync(file, 0o700);
  }

  for (const [title, options, mode] of [
    ['in the place of a dead one', { unlinkStale: true, mode: 0o640 }, 0o640],
    [
      'in the place of a dead one, writable for all',
      { unlinkStale: true, readableAll: true, writableAll: true },
      0o666,
    ],
    ['where there was none', { mode: 0o640 }, 0o640],
  ]) {
    it(`is made and removed there, and no other is touched: ${title}`, async () => {
      const there = path.dirname(tempPath());
      const elsewhere = path.dirname(tempPath());
      if (options.unlinkStale) leaveBehind(path.join(there, 's'));
      leaveBehind(path.join(elsewhere, 's'));
      const { ino } = fs.lstatSync(path.join(elsewhere, 's'));
      const { stdout, stderr } = await node(['-e', PROGRAM, there, elsewhere, JSON.stringify(options)], {
        env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
      });
      assert.deepStrictEqual(stdout && JSON.parse(stdout), { mode }, stderr);
      assert.deepStrictEqual(fs.readdirSync(there), []);
      const after = fs.lstatSync(path.join(elsewhere, 's'));
      assert.deepStrictEqual([after.ino, after.mode & 0o777], [ino, 0o700]);
    });
  }
});
