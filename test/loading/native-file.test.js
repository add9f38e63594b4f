'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { VERSION, loadNative, ownTarget, prebuildName } = require('../../lib/native/native-file.js');
const { version } = require('../../package.json');

const ROOT = path.join(__dirname, '..', '..');
const BINARY = path.resolve(process.env.CNET_NATIVE || path.join(ROOT, 'build', 'Release', 'cnet.node'));

describe('the native part that a bundle finds', () => {
  it('must be of the version of the package', () => assert.strictEqual(VERSION, version));
});

describe('the name of a prebuild', () => {
  const name = (target) => prebuildName(target).replaceAll(path.sep, '/');

  it('has the C library where that matters', () => {
    const linux = { platform: 'linux', arch: 'arm64', arm: 0 };
    assert.strictEqual(name({ ...linux, libc: 'musl' }), 'prebuilds/linux-arm64/cnet.musl.node');
    assert.strictEqual(name({ ...linux, libc: 'glibc' }), 'prebuilds/linux-arm64/cnet.glibc.node');
    assert.strictEqual(name({ ...linux, platform: 'darwin', libc: null }), 'prebuilds/darwin-arm64/cnet.node');
  });

  it('has the version of 32-bit ARM, as an older processor would end the process at a newer instruction', () => {
    const target = { platform: 'linux', arch: 'arm', libc: 'glibc' };
    assert.strictEqual(name({ ...target, arm: 7 }), 'prebuilds/linux-arm/cnet.armv7.glibc.node');
    assert.strictEqual(name({ ...target, arm: 6 }), 'prebuilds/linux-arm/cnet.armv6.glibc.node');
  });
});

describe('the native part', () => {
  const { platform, arch, libc } = ownTarget();
  const place = `${platform}-${arch}${libc === null ? '' : ` ${libc}`}`;
  const own = `cnet ${version} for ${place}`;
  let dir;
  let file;

  before(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-'));
    file = path.join(dir, 'cnet.node');
  });

  after(() => fs.rmSync(dir, { recursive: true, force: true }));

  /* What a program is told that is given `bytes` for the native part. */
  function complaint(bytes) {
    fs.writeFileSync(file, bytes);
    const program = 'try { require(process.argv[1]); } catch (error) { console.log(error.code, error.message); }';
    const env = { ...process.env, CNET_NATIVE: file };
    return spawnSync(process.execPath, ['-e', program, ROOT], { env, encoding: 'utf8' }).stdout;
  }

  /* The native part with another stamp, as long as its own. */
  function stamped(stamp) {
    const bytes = fs.readFileSync(BINARY);
    const at = bytes.indexOf(`${own}\0`, 'latin1');
    assert.ok(at > 0);
    assert.ok(stamp.length <= own.length);
    return bytes.fill(`${stamp}${'\0'.repeat(own.length - stamp.length)}`, at, at + own.length, 'latin1');
  }

  const refusal = (theirs) => 
    `ERR_DLOPEN_FAILED cnet: ${file} is the native part of ${theirs}, and this process needs that of ${own}\n`;

  it('says of which version it is, and for which platform', () => {
    assert.strictEqual(loadNative().constants.VERSION, version);
    assert.strictEqual(loadNative().constants.STAMP, own);
  });

  it('is not taken when it is of another version, and the error says of which', () => {
    const theirs = `cnet 9.9.9 for ${place}`;
    assert.strictEqual(complaint(stamped(theirs)), refusal(theirs));
  });

  it('is not taken when it is for another platform and loads all the same, and the error says for which', () => {
    const theirs = `cnet ${version} for aix-ppc`;
    assert.strictEqual(complaint(stamped(theirs)), refusal(theirs));
  });

  it('is told by its name when it does not load, as it is for another platform', () => {
    const theirs = `cnet ${version} for aix-ppc`;
    assert.strictEqual(complaint(stamped(theirs).fill(0, 0, 64)), refusal(theirs));
  });

  it('that is broken is told of in the words of the system', () => {
    const text = complaint(fs.readFileSync(BINARY).fill(0, 0, 64));
    assert.match(text, /^ERR_DLOPEN_FAILED /);
    assert.ok(!text.includes(' and this process needs '), text);
  });
});
