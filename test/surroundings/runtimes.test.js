'use strict';
// Other runtimes than Node. None has the functions of libuv that the native part is made of: each entry says so, in
// one error, before anything native is loaded.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { unsupported } = require('../../lib/common/runtime.js');
const { packageOf } = require('../packaging/kit.js');
const { cleanUp, mustWork, project, run } = require('./kit.js');

const ENTRIES = [
  'cnet',
  'cnet/promises',
  'cnet/register',
  'cnet/register-http',
  'cnet/child-process',
  'cnet/proxy-protocol',
];

/** By key of process.versions: what npm has the program in, for Linux x64 with glibc, and how it runs a file. */
const RUNTIMES = {
  bun: {
    name: 'Bun',
    package: '@oven/bun-linux-x64-baseline',
    file: 'bin/bun',
    first: [],
    lacks: /unsupported uv function: uv_tcp_init/,
  },
  deno: {
    name: 'Deno',
    package: '@deno/linux-x64-glibc',
    file: 'deno',
    first: ['run', '-A'],
    lacks: /undefined symbol: uv_/,
  },
};

/** What loads a native part would be seen. */
const GUARD = "process.dlopen = () => console.log('loaded');";

const told = (name, version) =>
  `cnet does not run on ${name} ${version}: its native part needs the TCP and pipe functions of libuv ` +
  `(uv_tcp_init, uv_listen, uv_read_start, uv_write and others), which ${name} does not have. It runs on Node 18 and newer; on ${name} there ` +
  'is node:net.';

for (const [key, { name, package: from, file, first, lacks }] of Object.entries(RUNTIMES)) {
  describe(name, () => {
    const folder = path.join(__dirname, 'node_modules', from);
    let dir;
    let version;

    before(async function () {
      if (!fs.existsSync(folder)) {
        console.log(`cnet: ${name} is left out: its package ${from} is for Linux x64 with glibc`);
        this.skip();
      }
      version = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).version;
      dir = await project();
    });

    after(cleanUp);

    /** Runs a program in it. */
    function runText(text, { as = 'program-of-test.mjs', args = [] } = {}) {
      fs.writeFileSync(path.join(dir, as), text);
      const env = {
        ...process.env, NO_COLOR: '1', DENO_DIR: path.join(dir, 'deno'), DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1',
        BUN_ENABLE_CRASH_REPORTING: '0',
      };
      return run(path.join(folder, file), [...first, ...args, as], { cwd: dir, env, quiet: true, timeout: 60000 });
    }

    for (const entry of ENTRIES) {
      it(`require('${entry}') throws the one error`, async () => {
        const text = `${GUARD} try { require('${entry}'); } catch (e) { console.log(JSON.stringify([e.code, e.message])); }`;
        const output = await mustWork(name, runText(text, { as: 'program-of-test.cjs' }));
        assert.deepStrictEqual(JSON.parse(output), ['ERR_DLOPEN_FAILED', told(name, version)]);
      });

      it(`import('${entry}') rejects with it`, async () => {
        const text = `${GUARD} try { await import('${entry}'); } catch (e) { console.log(JSON.stringify([e.code, e.message])); }`;
        assert.deepStrictEqual(JSON.parse(await mustWork(name, runText(text))), [
          'ERR_DLOPEN_FAILED',
          told(name, version),
        ]);
      });
    }

    it('a program that does not expect it ends with status 1 and that text', async () => {
      const { status, signal, output } = await runText("import net from 'cnet'; console.log(net);");
      assert.deepStrictEqual({ status, signal }, { status: 1, signal: null });
      assert.ok(output.includes(told(name, version)), output);
    });

    it('node:net works there, as the error says', async () => {
      const text = fs.readFileSync(path.join(dir, 'program.cjs'), 'utf8').replaceAll("'cnet'", "'node:net'");
      assert.ok(text.includes("'node:net'"));
      await mustWork(name, runText(text, { as: 'program-of-test.cjs' }));
    });

    /*
     * When this fails with a new version, lib/common/runtime.js and docs/surroundings.md no longer tell the truth
     * about it.
     */
    it('the native part itself would not work there: a function of libuv is missing', async () => {
      const guard = path.join(packageOf(dir), 'lib', 'common', 'runtime.js');
      const text = fs.readFileSync(guard);
      fs.writeFileSync(guard, '');
      const { status, output } = await runText("require('cnet').createServer().listen(0);", {
        as: 'program-of-test.cjs',
      });
      fs.writeFileSync(guard, text);
      assert.notStrictEqual(status, 0, output);
      assert.match(output, lacks);
    });

    it('is told by process.versions', () => {
      assert.strictEqual(unsupported({ node: '24.0.0', [key]: '9.9.9' }).message, told(name, '9.9.9'));
    });
  });
}
