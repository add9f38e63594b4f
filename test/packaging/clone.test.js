'use strict';
// What a clone says that lacks something: one line that says what, no stack; and that it is at work while it is.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { npmFile, ownHeaders } = require('../../tools/build.js');
const { ROOT, run, showWork } = require('../../tools/run.js');
const { getNode, VERSIONS } = require('../../tools/test-nodes.js');
const { environment, mustWork } = require('./kit.js');

/** What git does not have, and what is big and of no use here. */
const LEFT_OUT = new Set(['.cache', '.git', 'bench', 'build', 'build-fuzz', 'node_modules', 'prebuilds', 'test']);

/** A user who may write nowhere, where root runs the tests, whom nothing keeps from writing. */
const NOBODY = 65534;

/** Nothing can be fetched: neither packages nor Node's headers. */
const UNREACHABLE = 'http://127.0.0.1:1';
const OFFLINE = { npm_config_registry: UNREACHABLE, npm_config_disturl: UNREACHABLE, npm_config_fetch_retries: '0' };

/** One line of the tools, and nothing else. */
const ONE_LINE = /^cnet: [^\n]+\n$/;

const isPosix = process.platform !== 'win32';

describe('a clone', () => {
  const base = path.join(os.tmpdir(), `cnet-clone-${process.pid}`);
  const empty = path.join(base, 'empty');
  let bare; // a Node without npm beside it

  function clone(name) {
    const dir = path.join(base, name);
    fs.mkdirSync(dir);
    for (const entry of fs.readdirSync(ROOT)) {
      if (!LEFT_OUT.has(entry)) fs.cpSync(path.join(ROOT, entry), path.join(dir, entry), { recursive: true });
    }
    return dir;
  }

  /** Runs a tool of a clone. */
  function tool(dir, args, { node = process.execPath, env: more = {}, ...options } = {}) {
    const env = environment();
    for (const name of Object.keys(env)) if (/^npm_/i.test(name)) delete env[name]; // those of the npm that runs us
    return run(node, args, { cwd: dir, env: { ...env, ...more }, quiet: true, timeout: 280000, ...options });
  }

  async function fails(result, says) {
    const { status, output } = await result;
    assert.strictEqual(status, 1, output);
    assert.match(output, ONE_LINE);
    assert.match(output, says);
  }

  before(async function () {
    if (!isPosix) this.skip(); // chmod(), and a PATH without anything
    fs.mkdirSync(empty, { recursive: true });
    fs.chmodSync(base, 0o755);
    bare = await getNode(VERSIONS[1]);
  });

  after(async () => {
    if (!fs.existsSync(base)) return;
    await run('chmod', ['-R', 'u+w', base], { quiet: true });
    await fs.promises.rm(base, { recursive: true });
  });

  describe('with nothing built', () => {
    let dir;

    before(() => {
      dir = clone('fresh');
    });

    const commands = [['npm start', 'start.js'], ['npm test', 'test.js'], ['npm run build', 'ensure.js']];

    for (const [command, file] of commands) {
      it(`${command}: without a compiler, Python and npm it says in one line that they are missing, and fetches nothing`, async () => {
        const result = tool(dir, [path.join('tools', file)], { node: bare, env: { PATH: empty } });
        await fails(
          result,
          /missing: npm in PATH.*, Python 3 \(python3\), make, a C compiler \(cc\), a C\+\+ linker driver \(c\+\+\)/,
        );
        assert.ok(!fs.existsSync(path.join(dir, 'node_modules')));
      });

      it(`${command}: without npm alone it says so`, async () => {
        const bin = path.join(base, `bin-${file}`);
        fs.mkdirSync(bin);
        // in PATH it may be a script that chooses one
        const find = { python3: 'python3 -c "import sys; print(sys.executable)"' };
        for (const name of ['cc', 'c++', 'make', 'python3']) {
          const { output } = await run('sh', ['-c', find[name] ?? `command -v ${name}`], { quiet: true });
          fs.symlinkSync(output.trim(), path.join(bin, name));
        }
        await fails(
          tool(dir, [path.join('tools', file)], { node: bare, env: { PATH: bin } }),
          /missing: npm in PATH[^(]*$/,
        );
      });

      it(`${command}: where nothing can be written it says so`, async () => {
        await mustWork('chmod', run('chmod', ['-R', 'a+rX,a-w', dir], { quiet: true }));
        const user = process.getuid() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
        const result = tool(dir, [path.join('tools', file)], { ...user, env: { HOME: empty } });
        await fails(result, /cannot be written to \(EACCES\), and something has to be installed or built there first/);
        await mustWork('chmod', run('chmod', ['-R', 'u+w', dir], { quiet: true }));
      });
    }

    it('npm start installs and builds what it needs, says so and how long it took, and runs', async function () {
      if (npmFile() === null) this.skip();
      const { status, output } = await tool(dir, [path.join('tools', 'start.js')]);
      assert.strictEqual(status, 0, output);
      for (const work of ['installing the packages of package-lock\\.json', 'building the native part[^\\n]+']) {
        assert.match(
          output,
          new RegExp(`^cnet: ${work}\\n(cnet: {3}still at work after [^\\n]+\\n)*cnet: {3}done in \\d+ s\\n`, 'm'),
        );
      }
      assert.match(output, /^hello\n/m);
      assert.ok(fs.existsSync(path.join(dir, 'node_modules', 'node-gyp')));
    });

    it('built, npm start works where nothing can be written, and says nothing of building', async function () {
      if (npmFile() === null) this.skip();
      await mustWork('chmod', run('chmod', ['-R', 'a+rX,a-w', dir], { quiet: true }));
      const user = process.getuid() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
      const { status, output } = await tool(dir, [path.join('tools', 'start.js')], {
        ...user,
        env: { HOME: empty, PATH: empty },
      });
      assert.strictEqual(status, 0, output);
      assert.doesNotMatch(output, /^cnet:/m);
      await mustWork('chmod', run('chmod', ['-R', 'u+w', dir], { quiet: true }));
    });

    it('built, npm test says in one line that npm is missing for the packages', async function () {
      if (npmFile() === null) this.skip();
      fs.rmSync(path.join(dir, 'node_modules'), { recursive: true });
      const { status, output } = await tool(dir, [path.join('tools', 'test.js')], { node: bare, env: { PATH: empty } });
      assert.strictEqual(status, 1, output);
      const lines = output.trim().split('\n');
      assert.deepStrictEqual(lines, [
        'cnet: installing the packages of package-lock.json',
        'cnet: the packages cannot be installed, missing: npm, which comes with Node and is not in PATH',
      ]);
    });
  });

  it('npm pack makes the prebuild by the headers of the running Node, fetches nothing where the packages are there, and says little', async function () {
    if (ownHeaders() === null || npmFile() === null) this.skip();
    const dir = clone('packed');
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
    const env = { ...OFFLINE, XDG_CACHE_HOME: empty };
    const { status, output } = await tool(dir, [npmFile(), 'pack'], { env });
    assert.strictEqual(status, 0, output);
    assert.ok(fs.readdirSync(dir).some((name) => name.endsWith('.tgz')));
    const said = output
      .split('\n')
      .filter((line) => /^(cnet|gyp|make|npm (warn|error))/i.test(line) && !/user config|env config/.test(line));
    assert.match(
      said.join('\n'),
      /^cnet: making prebuilds\S+(\ncnet: {3}still at work after .*)*\ncnet: {3}done in \d+ s(\ncnet-.*\.tgz)?$/,
    );
    assert.deepStrictEqual(fs.readdirSync(empty), []);

    const again = await tool(dir, [npmFile(), 'pack'], { env });
    assert.strictEqual(again.status, 0, again.output);
    assert.doesNotMatch(again.output, /^cnet:/m);
  });
});

describe('work that takes long', () => {
  it('says again and again for how long, and how far it is', async () => {
    const lines = [];
    const { error } = console;
    console.error = (line) => lines.push(line);
    try {
      await showWork('counting', async (tell) => {
        tell('3 of 4');
        while (lines.length < 3) await new Promise(setImmediate);
      }, { everyMs: 1 });
    } finally {
      console.error = error;
    }
    assert.strictEqual(lines[0], 'cnet: counting');
    assert.match(lines[1], /^cnet: {3}still at work after \d+ s, 3 of 4$/);
    assert.match(lines.at(-1), /^cnet: {3}done in \d+ s$/);
  });
});
