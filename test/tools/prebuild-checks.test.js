'use strict';
// What is looked for in the prebuilds of a release is found in files that have it: tools/symbols.js, tools/baseline.js.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { beyondBaseline } = require('../../tools/baseline.js');
const { run, works } = require('../../tools/run.js');
const { newerGlibc, symbolComplaints } = require('../../tools/symbols.js');

const CPUS = { x64: 0x01000007, arm64: 0x0100000c };

const words = (...values) => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32LE(value >>> 0, i * 4));
  return bytes;
};

const named = (text) => Buffer.from(`${text}\0`, 'latin1');

/* A command of a loader: its size is a multiple of 8. */
function command(kind, ...parts) {
  const body = Buffer.concat(parts);
  const rest = Buffer.alloc((8 - (body.length % 8)) % 8);
  return Buffer.concat([words(kind, 8 + body.length + rest.length), body, rest]);
}

/** What a sound prebuild for macOS says of itself. */
const SOUND = {
  arch: 'arm64',
  libraries: ['/usr/lib/libSystem.B.dylib'],
  platform: 1,
  oldest: 0x0b0000,
  isSigned: true,
  shown: ['napi_register_module_v1', 'node_api_module_get_api_version_v1'],
  wanted: [...Array.from({ length: 50 }, (_, i) => ({ name: `uv_${i}`, library: 0x3e })), { name: 'read', library: 0x11 }],
};

/** A file in the format of macOS's programs, with nothing in it but what it says of itself. */
function machO(changes) {
  const { arch, libraries, platform, oldest, isSigned, shown, wanted } = { ...SOUND, ...changes };
  const bindings = Buffer.concat(wanted.flatMap(({ name, library }) =>
    [Buffer.from([library, 0x40]), named(`_${name}`), Buffer.from([0x90])]));
  const names = Buffer.concat(shown.map((name) => named(`_${name}`)));
  const symbols = Buffer.concat(shown.map((name, i) => {
    const at = shown.slice(0, i).reduce((sum, { length }) => sum + length + 2, 0);
    return Buffer.concat([words(at), Buffer.from([0x0f, 1, 0, 0]), words(0, 0)]);
  }));
  const commands = (begin) => [
    ...libraries.map((name) => command(0xc, words(24, 0, 0, 0), named(name))),
    command(0x32, words(platform, oldest, oldest, 0)),
    command(0x2, words(begin + bindings.length, shown.length, begin + bindings.length + symbols.length, names.length)),
    command(0x80000022, words(0, 0, begin, bindings.length, 0, 0, 0, 0, 0, 0)),
    ...(isSigned ? [command(0x1d, words(0, 0))] : []),
  ];
  const { length } = Buffer.concat(commands(0));
  const head = words(0xfeedfacf, CPUS[arch], 0, 8, commands(0).length, length, 0, 0);
  return Buffer.concat([head, ...commands(head.length + length), bindings, symbols, names]);
}

describe('the checks of prebuilds', () => {
  let dir;

  before(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-checks-'))));

  after(() => fs.rmSync(dir, { recursive: true }));

  const write = (bytes) => {
    const file = path.join(dir, 'cnet.node');
    fs.writeFileSync(file, bytes);
    return file;
  };

  /* A library of a few lines of C, which takes from elsewhere what it likes. */
  async function compile(code) {
    const file = path.join(dir, 'cnet.node');
    fs.writeFileSync(path.join(dir, 'code.c'), code);
    const { status, output } = await run('cc', ['-shared', '-fPIC', '-o', file, path.join(dir, 'code.c')], { quiet: true });
    assert.strictEqual(status, 0, output);
    return file;
  }

  it('a file for a newer glibc than that of the oldest Node is found, and none for that or an older one', () => {
    const asking = (...versions) => write(Buffer.from(`\x7fELF\0fcntl64\0${versions.map((v) => `${v}\0`).join('')}`));
    assert.strictEqual(newerGlibc(asking()), null);
    assert.strictEqual(newerGlibc(asking('GLIBC_2.2.5', 'GLIBC_2.17')), null);
    assert.strictEqual(newerGlibc(asking('GLIBC_2.28', 'GLIBC_2.4')), null);
    assert.strictEqual(newerGlibc(asking('GLIBC_2.4', 'GLIBC_2.29', 'GLIBC_2.28')), '2.29');
    assert.strictEqual(newerGlibc(asking('GLIBC_2.34', 'GLIBC_2.4')), '2.34');
    assert.strictEqual(newerGlibc(asking('GLIBC_3.0')), '3.0');
    assert.strictEqual(newerGlibc(asking('GLIBC_2.28', 'GLIBC_ABI_DT_RELR')), '2.36');
  });

  describe('of what this machine compiles', () => {
    before(function () {
      const hasTools = ['cc', 'readelf', 'objdump'].every((name) => works(name));
      if (process.platform !== 'linux' || process.arch !== 'x64' || !hasTools) this.skip();
    });

    it('a function of glibc 2.33 or newer is found, with the version of glibc that has it', async function () {
      const file = await compile('#include <sys/stat.h>\nint own(void) { struct stat s; return stat("/", &s); }');
      const [, version] = /\bGLIBC_2\.(3[3-9])\b/.exec(fs.readFileSync(file, 'latin1')) ?? [];
      if (version === undefined) this.skip(); // this machine's own glibc is older
      assert.strictEqual(newerGlibc(file), `2.${version}`);
    });

    it('what nobody offers, what else it shows and what it does not show are found', async () => {
      const file = await compile('int of_nobody(void); int own(void) { return of_nobody(); }');
      const found = await symbolComplaints(file, { platform: 'linux', arch: 'x64', libc: 'glibc' });
      assert.deepStrictEqual(found, [
        'nobody offers of_nobody', 'it does not show napi_register_module_v1',
        'it does not show node_api_module_get_api_version_v1', 'it shows own', 'it asks for hardly anything of Node',
      ]);
    });

    it('an instruction beyond the least processor is found, and none where there is none', async () => {
      const code = (last) => `void own(void) { __asm__(".rept 2000\\n nop\\n .endr\\n ${last}"); }`;
      assert.deepStrictEqual(await beyondBaseline(await compile(code('bsf %rax, %rax')), 'x64'), []);
      const [popcnt, ...others] = await beyondBaseline(await compile(code('popcnt %rax, %rax')), 'x64');
      assert.deepStrictEqual([popcnt.replace(/q$/, ''), others], ['popcnt', []]); // some disassemblers tell the size
      assert.deepStrictEqual(await beyondBaseline(await compile(code('vzeroupper')), 'x64'), ['vzeroupper']);
    });
  });

  describe('of processors that this machine does not have', () => {
    before(function () {
      if (!['llvm-mc', 'llvm-objdump'].every((name) => works(name))) this.skip();
    });

    async function assemble(triple, cpu, lines) {
      const file = path.join(dir, 'cnet.o');
      fs.writeFileSync(path.join(dir, 'code.s'), `.text\n${lines.join('\n')}\n`);
      const args = [`-triple=${triple}`, `-mcpu=${cpu}`, '-filetype=obj', '-o', file, path.join(dir, 'code.s')];
      const { status, output } = await run('llvm-mc', args, { quiet: true });
      assert.strictEqual(status, 0, output);
      return file;
    }

    for (const [arch, triple, cpu, nothing, least, newer] of [
      ['s390x', 's390x-linux-gnu', 'z15', 'nopr %r7', 'vlr %v1, %v2', 'selre %r1, %r2, %r3'],
      ['ppc64', 'powerpc64le-linux-gnu', 'pwr9', 'nop', 'lxvd2x 34, 0, 3', 'modsw 3, 4, 5'],
      ['arm64', 'aarch64-linux-gnu', 'neoverse-n1', 'nop', 'ldaxr x1, [x2]', 'ldadd x1, x2, [x3]'],
      ['arm', 'armv7-linux-gnueabihf', 'cortex-a15', '.arch armv7-a\n.fpu neon\nnop', 'vadd.f64 d1, d2, d3', 'vadd.i32 q1, q2, q3'],
    ]) {
      it(`an instruction beyond the least ${arch} is found, and none where there is none`, async () => {
        const beyond = async (last) =>
          beyondBaseline(await assemble(triple, cpu, ['.rept 2000', nothing, '.endr', last]), arch);
        assert.deepStrictEqual(await beyond(least), []);
        const found = await beyond(newer);
        assert.ok(found.includes(arch === 'arm64' ? '<unknown>' : newer.split(' ')[0]), found.join());
      });
    }
  });

  describe('of macOS', () => {
    const found = (changes, arch = 'arm64') => symbolComplaints(write(machO(changes)), { platform: 'darwin', arch, libc: null });
    const more = (name, library) => ({ wanted: [...SOUND.wanted, { name, library }] });

    for (const [what, changes, complaints] of [
      ['a sound one', {}, []],
      ['one for the other processor', { arch: 'x64' }, ['it is not for arm64']],
      ['one that needs another library', { libraries: [...SOUND.libraries, '/opt/libuv.dylib'] }, ['it needs /opt/libuv.dylib']],
      ['one of another system', { platform: 2 }, ['it is not for macOS']],
      ['one for a newer macOS', { oldest: 0x0c0000 }, ['it is not for macOS 11.0 and newer']],
      ['one that is not signed', { isSigned: false }, ['it is not signed']],
      ['one without the function that Node looks for', { shown: SOUND.shown.slice(1) },
        ['it does not show napi_register_module_v1']],
      ['one that shows more', { shown: [...SOUND.shown, 'cnet_emit'] }, ['it shows cnet_emit']],
      ['one that wants a function of Node of a library', more('napi_throw', 0x11), ['it wants napi_throw of library 1']],
      ['one that wants a function of nobody', more('of_nobody', 0x3e), ['it wants of_nobody of library -2']],
      ['one that asks for nothing of Node', { wanted: [] }, ['it asks for hardly anything of Node']],
    ]) {
      it(`${what}: ${complaints.join() || 'no complaint'}`, async () => {
        assert.deepStrictEqual(await found(changes), complaints);
      });
    }

    it('one for x64 that is not signed: no complaint', async () => {
      assert.deepStrictEqual(await found({ arch: 'x64', isSigned: false }, 'x64'), []);
    });
  });
});
