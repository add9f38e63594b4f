'use strict';
// The package as npm packs it: what is in it, and what it does in programs that have installed it.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ts = require('typescript');

const { ownTarget, prebuildName } = require('../../lib/native/native-file.js');
const { fieldsFor } = require('../../tools/address.js');
const { npmFile } = require('../../tools/build.js');
const { beyondBaseline } = require('../../tools/baseline.js');
const { TARGETS, tooNew } = require('../../tools/prebuild.js');
const { ROOT, run, works } = require('../../tools/run.js');
const { symbolComplaints } = require('../../tools/symbols.js');
const { getNode, VERSIONS } = require('../../tools/test-nodes.js');
const { install, installBy, packOwn, packageOf, repack, runNode, work } = require('./kit.js');

const PREBUILD = prebuildName(ownTarget());
const COMPILED = path.join('build', 'Release', 'cnet.node');

/** What the tools of test/packaging/package.json say. */
async function look(name, args) {
  const { bin } = JSON.parse(fs.readFileSync(path.join(__dirname, 'node_modules', name, 'package.json'), 'utf8'));
  const file = path.join(__dirname, 'node_modules', name, Object.values(bin)[0]);
  return run(process.execPath, [file, ...args], { quiet: true });
}

/** The files of a folder, relative to it. */
function filesIn(dir, prefix = '') {
  return fs.readdirSync(path.join(dir, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(prefix, entry.name);
    return entry.isDirectory() ? filesIn(dir, name) : [name];
  });
}

async function says(cwd, args, text, options) {
  assert.deepStrictEqual(await runNode(cwd, args, options), { status: 0, signal: null, output: `${text}\n` });
}

/** Every place that can hold a native part, and whether it does. */
const natives = (dir) => [COMPILED, PREBUILD].filter((name) => fs.existsSync(path.join(packageOf(dir), name)));

describe('the packed package', () => {
  let tarball;
  let bare; // without a prebuild
  let app;

  const manifest = () => JSON.parse(fs.readFileSync(path.join(packageOf(app), 'package.json'), 'utf8'));

  before(async () => {
    tarball = await packOwn();
    bare = await repack(tarball, 'bare', (prebuilds) => fs.rmSync(prebuilds, { recursive: true }));
    app = await install(tarball);
  });

  describe('what is in it', () => {
    it('the library, its types, the documents, the sources, what compiles them, one prebuild, and nothing else', () => {
      const found = filesIn(packageOf(app));
      const whole = ['docs', 'examples', 'lib', 'src'];
      const others = found.filter((name) => !whole.some((dir) => name.startsWith(`${dir}/`)));
      assert.deepStrictEqual(others.sort(), [
        'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'SECURITY.md', 'cnet.gyp', 'package.json',
        PREBUILD.split(path.sep).join('/'), 'tools/build.js', 'tools/lock.js', 'tools/run.js',
      ].sort());
      for (const dir of whole) {
        const there = found.filter((name) => name.startsWith(`${dir}/`)).map((name) => name.slice(dir.length + 1));
        assert.deepStrictEqual(there.sort(), filesIn(path.join(ROOT, dir)).sort());
      }
    });

    it('every relative link of its documents leads to a file in it', () => {
      const broken = [];
      let links = 0;
      for (const name of filesIn(packageOf(app)).filter((file) => file.endsWith('.md'))) {
        const text = fs
          .readFileSync(path.join(packageOf(app), name), 'utf8')
          .replace(/^```[^]*?^```/gm, '')
          .replace(/`[^`\n]+`/g, 'code');
        for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
          if (/^(https?:|#)/.test(target)) continue;
          links++;
          if (!fs.existsSync(path.join(packageOf(app), path.dirname(name), target.split('#')[0])))
            broken.push(`${name}: ${target}`);
        }
      }
      assert.deepStrictEqual(broken, []);
      assert.ok(links > 60, `${links}`);
    });

    it('the examples run where it is installed', async () => {
      const { status, output } = await runNode(packageOf(app), ['examples/echo-demo.js']);
      assert.strictEqual(status, 0, output);
    });

    it('repository, homepage and bugs are of one address', () => {
      const { homepage, bugs, repository } = manifest();
      const [, address] = /^git\+(https:.+)\.git$/.exec(repository.url);
      assert.deepStrictEqual({ homepage, bugs, repository }, fieldsFor(address));
    });

    it('it has no script that an install would run, and nothing that a package manager compiles by itself', () => {
      const { scripts = {} } = manifest();
      for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
        assert.strictEqual(scripts[name], undefined);
      assert.ok(!fs.existsSync(path.join(packageOf(app), 'binding.gyp')));
    });

    it('the sizes in docs/packaging.md are true', function () {
      if (process.platform !== 'linux' || process.arch !== 'x64') this.skip();
      const text = fs.readFileSync(path.join(ROOT, 'docs', 'packaging.md'), 'utf8');
      const [, ...told] =
        /It is about (\d+) kB on Linux x64, and the tarball with it alone about (\d+) kB \((\d+\.\d) MB unpacked\)/.exec(
          text,
        );
      const size = (file) => fs.statSync(file).size;
      const unpacked = filesIn(packageOf(app)).reduce((sum, name) => sum + size(path.join(packageOf(app), name)), 0);
      const found = [size(path.join(packageOf(app), PREBUILD)) / 1e3, size(tarball) / 1e3, unpacked / 1e6];
      found.forEach((value, i) =>
        assert.ok(Math.abs(value / told[i] - 1) < 0.1, `${told[i]} is told, ${value.toFixed(1)} found`),
      );
    });

    it('the prebuild asks for no glibc newer than Node does', function () {
      if (ownTarget().libc !== 'glibc') this.skip();
      assert.strictEqual(tooNew(ownTarget()), null);
    });

    it('the prebuilds of other platforms that are there ask for no glibc newer than Node does either', () => {
      const there = TARGETS.filter((target) => fs.existsSync(path.join(ROOT, prebuildName(target))));
      assert.deepStrictEqual(there.map(tooNew).filter(Boolean), []);
    });

    it('the prebuilds that are there need no instruction beyond the least that their Node runs on', async function () {
      this.timeout(60000);
      let looked = 0;
      const isApples = ({ platform, arch }) => platform === 'darwin' && arch === 'arm64'; // all have an M1 or newer
      for (const target of TARGETS.filter((one) => !isApples(one))) {
        const file = path.join(ROOT, prebuildName(target));
        const beyond = fs.existsSync(file) ? await beyondBaseline(file, target.arch) : null;
        if (beyond !== null) looked++;
        assert.deepStrictEqual(beyond ?? [], [], prebuildName(target));
      }
      if (looked === 0) this.skip();
    });

    it('the prebuilds that are there ask for what their system and the oldest Node offer, and show what Node looks for', async function () {
      if (process.platform !== 'linux' || !works('readelf')) this.skip();
      for (const target of TARGETS) {
        const file = path.join(ROOT, prebuildName(target));
        if (fs.existsSync(file)) assert.deepStrictEqual(await symbolComplaints(file, target), [], prebuildName(target));
      }
    });

    it('it asks for no other package', () => {
      assert.deepStrictEqual(
        fs.readdirSync(path.join(app, 'node_modules')).filter((name) => name[0] !== '.'),
        ['cnet'],
      );
    });

    it('publint has nothing to say, be it a suggestion', async () => {
      const { status, output } = await look('publint', [tarball, '--strict', '--level', 'suggestion']);
      assert.strictEqual(status, 0, output);
      assert.match(output, /All good!/);
    });

    it('are the types wrong? No, by every way that knows of exports', async () => {
      const { status, output } = await look('@arethetypeswrong/cli', [tarball, '--profile', 'node16']);
      assert.strictEqual(status, 0, output);
      assert.match(output, /"cnet\/child-process"/);
    });

    it('the prebuild is stripped and hardened, and shows only what Node looks for', async function () {
      if (process.platform !== 'linux' || !works('readelf')) this.skip();
      const file = path.join(packageOf(app), PREBUILD);
      const { status, output } = await run('readelf', ['-WSld', '--dyn-syms', file], { quiet: true });
      assert.strictEqual(status, 0, output);
      assert.doesNotMatch(output, /\.(debug_\w+|symtab)\b|\b(RPATH|RUNPATH|TEXTREL)\b/);
      assert.match(output, /GNU_RELRO/);
      assert.match(output, /BIND_NOW/);
      assert.match(output, /GNU_STACK .* RW /);
      assert.match(output, /__stack_chk_fail/);
      const shown = [...output.matchAll(/(?:GLOBAL|WEAK) +DEFAULT +\d+ +(\w+)/g)].map(([, name]) => name);
      assert.deepStrictEqual(shown.sort(), ['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
    });

    it('the prebuild names no folder of the machine that made it', () => {
      const text = fs.readFileSync(path.join(packageOf(app), PREBUILD), 'latin1');
      assert.ok(!text.includes(ROOT) && !text.includes(os.homedir()));
    });
  });

  it('the C library is told apart as Node itself reports it', function () {
    if (process.platform !== 'linux') this.skip();
    const { glibcVersionRuntime } = process.report.getReport().header;
    assert.strictEqual(ownTarget().libc, glibcVersionRuntime === undefined ? 'musl' : 'glibc');
  });

  describe('installed, in a folder with a blank and other letters', () => {
    it('nothing is compiled', () => assert.deepStrictEqual(natives(app), [PREBUILD]));

    it('require() has it', () => says(app, ['echo.cjs'], 'by require'));

    it('import has it', () => says(app, ['echo.mjs'], 'by import'));

    it('-r cnet/register', () => says(app, ['-r', 'cnet/register', 'unaware.cjs'], 'by cnet'));

    it('--import cnet/register', () => says(app, ['--import', 'cnet/register', 'unaware.mjs'], 'by cnet'));

    it('without either, net stays Node’s', async () => {
      await says(app, ['unaware.cjs'], 'by node');
      await says(app, ['unaware.mjs'], 'by node');
    });

    it('--permission with nothing to be read but the program', async function () {
      if (ownTarget().libc === 'musl') this.skip();
      const node = await getNode(VERSIONS.at(-1));
      const flags = [
        '--permission',
        '--allow-addons',
        '--allow-net',
        `--allow-fs-read=${fs.realpathSync(app)}`,
        '--no-warnings',
      ];
      await says(app, [...flags, 'echo.cjs'], 'by require', { node });
    });

    it('it may be linked from a store, as pnpm and Yarn do', async () => {
      const dir = fs.mkdtempSync(path.join(work, 'linked-'));
      const store = path.join(dir, 'node_modules', '.pnpm', 'cnet@1', 'node_modules', 'cnet');
      fs.cpSync(packageOf(app), store, { recursive: true });
      fs.symlinkSync(store, packageOf(dir), process.platform === 'win32' ? 'junction' : 'dir');
      for (const name of ['package.json', 'echo.cjs', 'echo.mjs', 'unaware.cjs', 'unaware.mjs']) {
        fs.copyFileSync(path.join(app, name), path.join(dir, name));
      }
      await says(dir, ['echo.cjs'], 'by require');
      await says(dir, ['echo.mjs'], 'by import');
      await says(dir, ['-r', 'cnet/register', 'unaware.cjs'], 'by cnet');
      await says(dir, ['--import', 'cnet/register', 'unaware.mjs'], 'by cnet');
      await says(dir, ['--preserve-symlinks', 'echo.cjs'], 'by require');
    });

    for (const version of VERSIONS) {
      it(`Node ${version} takes the same file`, async function () {
        if (ownTarget().libc === 'musl') this.skip(); // the Nodes of npm are of glibc
        const node = await getNode(version);
        await says(app, ['echo.cjs'], 'by require', { node });
        await says(app, ['--import', 'cnet/register', 'unaware.mjs'], 'by cnet', { node });
      });
    }
  });

  describe('TypeScript', () => {
    function complaints(files, options) {
      for (const name of ['module.mts', 'required.cts']) {
        fs.copyFileSync(path.join(ROOT, 'test', 'types', name), path.join(app, name));
      }
      const program = ts.createProgram(files.map((name) => path.join(app, name)), {
        strict: true, noEmit: true, skipLibCheck: false, target: ts.ScriptTarget.ES2022,
        lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
        types: ['node'], typeRoots: [path.join(ROOT, 'node_modules', '@types')], ...options,
      });
      const used = program
        .getSourceFiles()
        .some(({ fileName }) => fileName.includes('/node_modules/cnet/lib/index.d.'));
      assert.ok(used, 'the types of the package were not read');
      return ts.getPreEmitDiagnostics(program).map((one) => ts.flattenDiagnosticMessageText(one.messageText, '\n'));
    }

    it('a CommonJS program compiles', () => {
      const { CommonJS } = ts.ModuleKind;
      const options = { module: CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 };
      assert.deepStrictEqual(complaints(['commonjs.ts'], options), []);
    });

    it('ES modules and CommonJS of a NodeNext program compile', () => {
      const { NodeNext } = ts.ModuleKind;
      const options = { module: NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
      assert.deepStrictEqual(complaints(['commonjs.ts', 'module.mts', 'required.cts'], options), []);
    });

    it('a program for a bundler compiles', () => {
      const { ESNext } = ts.ModuleKind;
      const options = { module: ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
      assert.deepStrictEqual(complaints(['module.mts'], options), []);
    });
  });

  describe('at its install', () => {
    const npmOf = (name) => path.join(__dirname, 'node_modules', name, 'bin', 'npm-cli.js');
    const npms = [
      ['the running npm', async () => ({ node: process.execPath, cli: npmFile() })],
      ['npm 10', async () => ({ node: await getNode(VERSIONS[0]), cli: npmOf('npm-10') })],
      ['npm 12', async () => ({ node: await getNode(VERSIONS.at(-2)), cli: npmOf('npm-12') })],
    ];

    for (const [name, npm] of npms) {
      it(`${name} warns of nothing, and has no script to run, be there a prebuild or not`, async function () {
        const { node, cli } = await npm();
        if (cli === null || (ownTarget().libc === 'musl' && node !== process.execPath)) this.skip();
        for (const [file, found] of [[tarball, [PREBUILD]], [bare, []]]) {
          const { dir, output } = await installBy(file, { node, cli });
          assert.match(output, /^\s*added 1 package in \d+m?s\s*$/);
          assert.doesNotMatch(fs.readFileSync(path.join(dir, 'package-lock.json'), 'utf8'), /hasInstallScript/);
          assert.deepStrictEqual(natives(dir), found);
          if (found.length > 0) await says(dir, ['echo.cjs'], 'by require', { node });
        }
      });
    }
  });

  describe('its command that compiles, tools/build.js', () => {
    /** A program that no compiler and no node-gyp is there for. */
    const toolless = { CC: 'no-such-cc', CXX: 'no-such-c++', npm_config_node_gyp: path.join(work, 'no-such-gyp.js') };
    const build = (dir, args, env) => runNode(dir, [path.join(packageOf(dir), 'tools', 'build.js'), ...args], { env });

    it('--if-needed: needs no compiler and does nothing where the prebuild fits', async () => {
      const dir = await install(tarball);
      assert.deepStrictEqual(await build(dir, ['--if-needed'], toolless), { status: 0, signal: null, output: '' });
      assert.deepStrictEqual(natives(dir), [PREBUILD]);
    });

    it('--if-needed: compiles where the prebuild does not load', async () => {
      const broken = await repack(tarball, 'broken', (prebuilds) => {
        fs.writeFileSync(path.join(prebuilds, '..', PREBUILD), 'no shared object');
      });
      const dir = await install(broken);
      const { status, output } = await build(dir, ['--if-needed']);
      assert.strictEqual(status, 0, output);
      assert.deepStrictEqual(natives(dir), [COMPILED, PREBUILD]);
      await says(dir, ['echo.cjs'], 'by require');
    });

    it('says in one line what is missing where it cannot', async () => {
      const dir = await install(bare);
      const { status, output } = await build(dir, [], toolless);
      assert.strictEqual(status, 1);
      assert.match(
        output,
        /^cnet: the native part cannot be built, missing: a C compiler \(no-such-cc\), a C\+\+ linker driver [^\n]+\n$/,
      );
    });
  });

  describe('where there is no native part', () => {
    const PROGRAM =
      'try { require("cnet"); } catch (err) { console.log(JSON.stringify({ ...err, message: err.message, ' +
      'cause: err.cause?.code })); }';

    async function errorOf(dir, env) {
      const { status, output } = await runNode(dir, ['-e', PROGRAM], { env });
      assert.strictEqual(status, 0, output);
      return JSON.parse(output);
    }

    it('one error tells what was sought and how to get it, and what it tells works', async () => {
      const dir = await install(bare);
      const { platform, arch, libc } = ownTarget();
      const at = (name) => path.join(fs.realpathSync(packageOf(dir)), name);
      const tool = at(path.join('tools', 'build.js'));
      assert.deepStrictEqual(await errorOf(dir), {
        code: 'ERR_DLOPEN_FAILED',
        message: [
          `cnet: no native binary works on ${platform}-${arch}${libc ? ` (${libc})` : ''}, Node ${process.version}. Tried:`,
          `  ${at(COMPILED)}: this file does not exist`,
          `  ${at(PREBUILD)}: this file does not exist`,
          `To compile it (with a C compiler, make, Python 3 and npm): node "${tool}"`,
          'If you have it elsewhere, set CNET_NATIVE to the path of cnet.node.',
        ].join('\n'),
      });
      const { status, output } = await runNode(dir, [tool]);
      assert.strictEqual(status, 0, output);
      await says(dir, ['echo.cjs'], 'by require');
    });

    it('CNET_NATIVE is taken, and nothing else is then sought', async () => {
      const dir = await install(bare);
      const file = path.join(packageOf(app), PREBUILD);
      await says(dir, ['echo.cjs'], 'by require', { env: { CNET_NATIVE: file } });
      const { code } = await errorOf(app, { CNET_NATIVE: `${file}.none` });
      assert.strictEqual(code, 'ERR_DLOPEN_FAILED');
    });

    it('a file that does not load is named with the reason, and the next one is taken', async () => {
      const dir = await install(tarball);
      const compiled = path.join(packageOf(dir), COMPILED);
      fs.mkdirSync(path.dirname(compiled), { recursive: true });
      fs.writeFileSync(compiled, 'no shared object');
      await says(dir, ['echo.cjs'], 'by require');
      fs.writeFileSync(path.join(packageOf(dir), PREBUILD), 'nor this');
      const { code, cause, message } = await errorOf(dir);
      assert.deepStrictEqual({ code, cause }, { code: 'ERR_DLOPEN_FAILED', cause: 'ERR_DLOPEN_FAILED' });
      const reasons = message.split('\n').filter((line) => /^ {2}.*cnet(\.\w+)?\.node: (?!is not there)./.test(line));
      assert.strictEqual(reasons.length, 2, message);
    });
  });
});
