'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { VERSION, loadNative } = require('../../lib/native/native-file.js');
const { version } = require('../../package.json');

const ROOT = path.join(__dirname, '..', '..');
const BINARY = path.resolve(process.env.CNET_NATIVE || path.join(ROOT, 'build', 'Release', 'cnet.node'));

describe('the native part that a bundle finds', () => {
  it('must be of the version of the package', () => assert.strictEqual(VERSION, version));
});

describe('the native part', () => {
  let dir;

  before(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-'));
  });

  after(() => fs.rmSync(dir, { recursive: true, force: true }));

  it('says which version of the package it is of', () => assert.strictEqual(loadNative().constants.VERSION, version));

  it('is not taken when it is of another version, and the error says of which', () => {
    const bytes = fs.readFileSync(BINARY);
    const place = bytes.indexOf(`${version}\0`, 'latin1');
    const file = path.join(dir, 'cnet.node');
    assert.ok(place > 0);
    fs.writeFileSync(file, bytes.fill('9.9.9', place, place + version.length, 'latin1'));
    const program = 'try { require(process.argv[1]); } catch (error) { console.log(error.code, error.message); }';
    const env = { ...process.env, CNET_NATIVE: file };
    const { stdout } = spawnSync(process.execPath, ['-e', program, ROOT], { env, encoding: 'utf8' });
    assert.strictEqual(stdout, `ERR_DLOPEN_FAILED cnet: ${file} is of cnet 9.9.9, and this is cnet ${version}\n`);
  });
});
