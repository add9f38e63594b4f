'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { chooseTests } = require('../../tools/conformance/suite.js');
const { ROOT, run } = require('../../tools/run.js');

const LEDGER = path.join(ROOT, 'test', 'node', 'conformance', 'ledger-http.json');

/**
 * Tests of a tree: one that cnet alone passes, one that Node alone passes, one that nobody passes, and one of another
 * kind.
 */
const TESTS = {
  'parallel/test-http-ours.js':
    "if (!Object.keys(require.cache).some((file) => file.endsWith('register-http.js'))) throw new Error('not ours');",
  'parallel/test-https-theirs.js': `if (require('net') === require(${JSON.stringify(ROOT)})) throw new Error('not theirs');`,
  'parallel/test-tls-nobody.js': "throw new Error('nobody');",
  'parallel/test-net-other.js': '',
  'sequential/test-http2-last.js': '',
};

describe('npm run conformance', () => {
  let tree;

  before(() => {
    tree = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-tree-'));
    const [major, minor, patch] = process.versions.node.split('.');
    const version = Object.entries({ major, minor, patch })
      .map(([name, value]) => `#define NODE_${name.toUpperCase()}_VERSION ${value}\n`)
      .join('');
    for (const [file, text] of Object.entries({ 'src/node_version.h': version, 'test/common/index.js': '' })) {
      fs.mkdirSync(path.join(tree, path.dirname(file)), { recursive: true });
      fs.writeFileSync(path.join(tree, file), text);
    }
    for (const [name, text] of Object.entries(TESTS)) {
      fs.mkdirSync(path.join(tree, 'test', path.dirname(name)), { recursive: true });
      fs.writeFileSync(path.join(tree, 'test', name), text);
    }
  });

  after(() => fs.rmSync(tree, { recursive: true }));

  it('takes the tests of the protocols that are named', () => {
    assert.deepStrictEqual(chooseTests(tree, { protocols: ['http', 'tls'] }), [
      'parallel/test-http-ours.js',
      'parallel/test-tls-nobody.js',
    ]);
  });

  it('takes those of net without any', () => {
    assert.deepStrictEqual(chooseTests(tree), ['parallel/test-net-other.js']);
  });

  it('runs them on cnet/register and cnet/register-http, and fails for what Node passes and cnet does not', async () => {
    const env = {
      ...process.env,
      CNET_NATIVE: process.env.CNET_NATIVE ?? path.join(ROOT, 'build', 'Release', 'cnet.node'),
    };
    const { status, output } = await run(process.execPath, [path.join('tools', 'conformance.js'), tree, '--http'], {
      quiet: true,
      env,
    });
    const [line] = output.trim().split('\n').slice(-1);
    assert.deepStrictEqual(
      { status, line },
      {
        status: 1,
        line: '2 passed, 1 failed (0 in the ledger, 0 skipped, 1 that Node does not pass either)',
      },
      output,
    );
  }).timeout(60000);

  it('has a reason for each test of the ledger', () => {
    const entries = Object.entries(JSON.parse(fs.readFileSync(LEDGER, 'utf8')));
    const bad = entries.filter(
      ([name, entry]) => !/\/test-(http|https|http2|tls)-.*\.js$/.test(name) || !((entry.why ?? entry).length > 20),
    );
    assert.deepStrictEqual(bad, []);
  });
});
