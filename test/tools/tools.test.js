'use strict';
// What the commands of package.json say: what a machine lacks in one line, and of tests as much as is wanted.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { addressOf, fieldsFor } = require('../../tools/address.js');
const { tellFailures } = require('../../tools/ci.js');
const { runMocha } = require('../../tools/mocha.js');
const { ROOT, run, sumOf } = require('../../tools/run.js');
const { scripts } = require('../../package.json');

describe('the commands of package.json', function () {
  this.timeout(60000);

  const base = path.join(fs.realpathSync(os.tmpdir()), `cnet-tools-${process.pid}`);

  before(() => fs.mkdirSync(base));

  after(() => fs.rmSync(base, { recursive: true }));

  const tool = (args, env = {}) => run(process.execPath, args, { quiet: true, env: { ...process.env, ...env } });

  describe('on a machine that lacks what they need', () => {
    const empty = path.join(base, 'empty');

    before(function () {
      if (process.platform !== 'linux') this.skip(); // some of them are of Linux alone
      fs.mkdirSync(empty);
    });

    for (const [name, packages] of [
      ['analyse', 'make cppcheck clang-tidy'],
      ['format', 'make clang-format'],
      ['check:c', 'make gcc clang'],
      ['fuzz', 'clang'],
      ['test:core', 'make gcc clang gcovr'],
      ['test:faults', 'gcc'],
      ['test:asan', 'gcc'],
      ['test:valgrind', 'gcc valgrind'],
    ]) {
      it(`npm run ${name}: names the packages of it in one line`, async () => {
        const [first] = scripts[name].split(' && ');
        const { status, output } = await tool(first.split(' ').slice(1), { PATH: empty });
        assert.strictEqual(status, 1, output);
        assert.strictEqual(
          output,
          `cnet: missing: ${packages.replaceAll(' ', ', ')} (Debian, Ubuntu: apt-get install ${packages})\n`,
        );
      });
    }

    it('npm run conformance: names them, and what can be given instead', async function () {
      // there is nothing to fetch
      if (fs.existsSync(path.join(ROOT, '.cache', 'conformance', 'nodejs-trixie'))) this.skip();
      const { output } = await tool([path.join('tools', 'conformance.js')], {
        PATH: empty,
        CNET_NATIVE: 'build/Release/cnet.node',
      });
      assert.match(
        output,
        /could not be fetched: (missing: apt-get, tar, xz \(Debian, Ubuntu: apt-get install apt tar xz-utils\)|there is no Debian)/,
      );
      assert.match(output, /npm run conformance -- PATH\n/);
    });

    it('npm run fuzz: names the libraries beside clang', async () => {
      const bin = path.join(base, 'bin');
      fs.mkdirSync(bin);
      const clang = '#!/bin/sh\ncase "$*" in *-luv*|*-fsanitize=fuzzer*) exit 1;; -dumpversion) echo 14.0.6;; esac\n';
      fs.writeFileSync(path.join(bin, 'clang'), clang, { mode: 0o755 });
      const { status, output } = await tool([path.join('tools', 'fuzz.js')], {
        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
      });
      assert.strictEqual(status, 1, output);
      assert.strictEqual(
        output,
        'cnet: missing: the libFuzzer of clang, libuv (Debian, Ubuntu: apt-get install libclang-rt-14-dev libuv1-dev)\n',
      );
    });
  });

  describe('npm test', () => {
    const file = path.join(base, 'sample.test.js');
    const shown = path.relative(ROOT, file);

    before(() => {
      fs.writeFileSync(file, `'use strict';
        describe('sample', () => {
          it('passes', () => {});
          it('is left out', function () { this.skip(); });
          it('fails', () => { throw new Error('the reason'); });
          describe('with a hook', () => {
            before(() => { throw new Error('of the hook'); });
            it('is never run', () => {});
          });
        });`);
    });

    const npmTest = (...args) =>
      tool([path.join('tools', 'test.js'), ...args], { FORCE_COLOR: '0', CNET_TEST_RETRIES: '0' });

    it('has a line for each file, the titles of what failed, and the failures in full', async () => {
      const { status, output } = await npmTest(file, path.join('test', 'loading', 'native-file.test.js'));
      assert.strictEqual(status, 1);
      const lines = output.split('\n').map((line) =>
        line
          .replace(/\d+\.\d s/, 'N s')
          .replace(/(file.test.js:) \d+/, '$1 N')
          .slice(2),
      );
      assert.deepStrictEqual(lines.slice(0, 4).sort(), [
        '  sample fails',
        '  sample with a hook "before all" hook for "is never run"',
        `${path.join('test', 'loading', 'native-file.test.js')}: N passed (N s)`,
        `${shown}: 1 passed, 2 failed, 1 left out (N s)`,
      ].sort());
      assert.match(output, /Error: the reason\n/);
      assert.match(output, /Error: of the hook\n/);
      assert.match(output, /\nnode v[\d.]+: 9 passed, 2 failed \(1 left out\)\n$/);
    });

    it('-g takes the tests by their titles, and files without one have no line', async () => {
      const { status, output } = await npmTest(
        file,
        path.join('test', 'loading', 'native-file.test.js'),
        '-g',
        'sample passes',
      );
      assert.strictEqual(status, 0, output);
      assert.match(output, /: 1 passed \(\d+\.\d s\)\n/);
      assert.doesNotMatch(output, /native-file/);
    });

    it('--long has a line for each test', async () => {
      const { output } = await npmTest('--long', file);
      assert.match(output, /^ {2}sample\n {4}\S+ passes\n {4}- is left out\n {4}1\) fails\n/m);
    });

    it('says how long all of it takes, before it begins', async () => {
      const { output } = await tool([path.join('tools', 'test.js')], { MOCHA_OPTIONS: '--grep=of-no-test' });
      assert.match(
        output,
        /^cnet: running the whole suite, which (took|takes about) \d+ (seconds|minutes).*\n[^]*no test was run/,
      );
    });
  });

  describe('.ci/run', () => {
    const file = path.join(base, 'failing.test.js');

    before(() => fs.writeFileSync(file, "it('fails', () => { throw new Error('the reason'); });"));

    it('names at its end what has failed, in each step', async () => {
      const { log } = console;
      const lines = [];
      const result = await runMocha({ args: [file], quiet: true, env: { CNET_TEST_RETRIES: '0' } });
      const passed = { title: 'another step', passed: 1, failed: 0, failures: [] };
      console.log = (line) => lines.push(line);
      try {
        tellFailures([passed, { title: 'a step', ...sumOf([result, passed]) }]);
      } finally {
        console.log = log;
      }
      assert.deepStrictEqual(lines, ['\n=== 1 failed: a step', '  fails: the reason']);
    });
  });

  describe('the address of the project', () => {
    const address = 'https://github.com/OWNER/NAME';

    it('is that of repository, homepage and bugs together', () => {
      assert.strictEqual(addressOf(fieldsFor(address)), address);
      assert.strictEqual(addressOf({ ...fieldsFor(address), homepage: 'https://github.com/other/NAME#readme' }), null);
      assert.strictEqual(addressOf({}), null);
    });

    it('a clone names none that somebody could have, and is not published with that', async () => {
      assert.match(addressOf(require('../../package.json')), /^https:\/\/[\w-]+\.example\//);
      const { status, output } = await tool([path.join('tools', 'address.js')]);
      assert.deepStrictEqual([status, output.split('\n').length], [1, 2]);
      assert.match(output, /^cnet: package\.json does not say where the project is/);
    });
  });
});
