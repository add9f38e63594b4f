'use strict';
// The package many times in one process: test runners, and what loads modules anew.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { packageOf } = require('../packaging/kit.js');
const { VERSIONS } = require('../../tools/test-nodes.js');
const {
  bin,
  cleanUp,
  expected,
  getNode,
  lend,
  mustWork,
  NEWEST,
  OLDEST,
  project,
  runNode,
  says,
  tool,
} = require('./kit.js');

const NETS = ['cnet', 'node:net'];

/** A project with three test files, which are the same but for their names. */
async function withTests(net, source, ending) {
  const dir = await project(net);
  for (const name of ['first', 'second', 'third'])
    fs.copyFileSync(path.join(dir, source), path.join(dir, `${name}.test.${ending}`));
  fs.writeFileSync(path.join(dir, 'expected.json'), JSON.stringify((await expected()).trimEnd()));
  return dir;
}

describe('Jest', () => {
  after(cleanUp);

  /* Ended by itself, that is: it waits for what is open, and runNode() ends it after a minute. */
  async function jest(net, args, line, { ending = 'js', tests = 15, ...env } = {}) {
    const dir = await withTests(net, `jest.${ending}`, ending);
    const config = [
      '--watchman=false',
      '--cacheDirectory',
      path.join(dir, 'cache'),
      '--testMatch',
      `**/*.test.${ending}`,
    ];
    const output = await tool(dir, bin('jest'), [...config, ...args], { node: await getNode(line), env });
    assert.match(output, /^Test Suites: 3 passed, 3 total$/m);
    assert.match(output, new RegExp(`^Tests: {7}${tests} passed, ${tests} total$`, 'm'));
    assert.doesNotMatch(output, /did not exit|open handle/);
  }

  for (const line of [OLDEST, NEWEST]) {
    it(`in band, with resetModules() and isolateModules(), and it exits: Node ${line}`, () =>
      jest('cnet', ['--runInBand'], line));

    it(`in workers: Node ${line}`, () => jest('cnet', ['--maxWorkers=2'], line));
  }

  it('ES modules', () => {
    const env = { NODE_OPTIONS: '--experimental-vm-modules' };
    return jest('cnet', ['--runInBand'], NEWEST, { ending: 'mjs', tests: 9, ...env });
  });

  it('in worker threads', () => jest('cnet', ['--maxWorkers=2', '--workerThreads'], NEWEST));

  it('finds nothing open', () => jest('cnet', ['--runInBand', '--detectOpenHandles'], NEWEST));

  it('the same with node:net', () => jest('node:net', ['--runInBand'], NEWEST));
});

describe('Vitest', () => {
  after(cleanUp);

  const LINE = VERSIONS.find((version) => version.startsWith('24.'));

  async function vitest(net, args) {
    const dir = await withTests(net, 'vitest.mjs', 'mjs');
    lend(dir, 'vitest');
    const output = await tool(dir, bin('vitest'), ['run', ...args], {
      node: await getNode(LINE),
      env: { NO_COLOR: '1' },
    });
    assert.match(output, /^ *Test Files {2}3 passed \(3\)$/m);
    assert.match(output, /^ *Tests {2}12 passed \(12\)$/m);
  }

  for (const pool of ['threads', 'forks', 'vmThreads', 'vmForks']) {
    for (const net of NETS) it(`--pool=${pool}: ${net}`, () => vitest(net, [`--pool=${pool}`]));
  }

  it('without isolation, all files in one thread', () =>
    vitest('cnet', ['--pool=threads', '--no-isolate', '--maxWorkers=1']));

  it('through its own transforms (server.deps.inline)', () =>
    vitest('cnet', ['--pool=threads', '--config', 'inline.mjs']));
});

describe('modules that are loaded anew', () => {
  after(cleanUp);

  for (const net of NETS) {
    it(`proxyquire: ${net}`, async () => {
      const dir = await project(net);
      lend(dir, 'proxyquire');
      if (net === 'node:net') {
        const file = path.join(dir, 'proxied.cjs');
        fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('{ cnet:', "{ 'node:net':"));
      }
      const output = await mustWork('proxied.cjs', runNode(dir, ['proxied.cjs'], { node: await getNode(NEWEST) }));
      assert.strictEqual(output, `a stub\n${(await expected()).repeat(2)}`);
    });

    it(`decache: ${net}`, async () => {
      const dir = await project(net);
      lend(dir, 'decache');
      const output = await mustWork('decached.cjs', runNode(dir, ['decached.cjs'], { node: await getNode(NEWEST) }));
      const text = await expected();
      assert.strictEqual(output, [0, 1, 2].map((i) => `${text}the old connection: ${i}\n`).join(''));
    });
  }

  it('two folders and two versions at once', async () => {
    const dir = await project();
    const other = path.join(dir, 'other');
    fs.cpSync(packageOf(dir), path.join(other, 'node_modules', 'cnet'), { recursive: true });
    fs.copyFileSync(path.join(dir, 'required.cjs'), path.join(other, 'required.cjs'));
    const manifest = path.join(other, 'node_modules', 'cnet', 'package.json');
    fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
    await says(dir, ['folders.cjs'], { times: 2 });
  });

  it('threads', async () => says(await project(), ['thread.cjs'], { times: 2 }));

  it('the entries of CommonJS and of ES modules are one', async () => says(await project(), ['program.mjs']));
});
