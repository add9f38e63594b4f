'use strict';
// The examples of docs/api.md: each block of JavaScript that is followed by its output, in a process of its own, as a
// program that depends on the package has it.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { node } = require('../support/child');
const { tempDir } = require('../support/temp');

const ROOT = path.join(__dirname, '..', '..');
const BLOCK = /^```(js|mjs)\n([^]*?)^```\n(?:\n```text\n([^]*?)^```$)?/gm;

const text = fs.readFileSync(path.join(ROOT, 'docs', 'api.md'), 'utf8');
const examples = [...text.matchAll(BLOCK)].map(({ 1: kind, 2: source, 3: output, index }) => ({
  heading: /^#+ (.*)$/m.exec(text.slice(text.lastIndexOf('\n#', index) + 1))[1],
  line: text.slice(0, index).split('\n').length + 1,
  kind,
  source,
  output,
}));

describe('examples of docs/api.md', () => {
  let temp;

  before(() => {
    temp = tempDir();
    fs.writeFileSync(temp.path('package.json'), '{ "private": true }');
    fs.mkdirSync(temp.path('node_modules'));
    fs.symlinkSync(ROOT, temp.path('node_modules/cnet'), 'junction');
  });

  after(() => temp.remove());

  for (const { heading, line, kind, source, output } of examples) {
    it(`${heading} (line ${line}) prints what it says, and ends`, async function () {
      if (source.includes('\\0') && process.platform !== 'linux') this.skip();
      if (source.includes('readableAll') && process.platform === 'win32') this.skip(); // a pipe there has no file
      assert.notStrictEqual(output, undefined, 'no output follows it');
      const file = temp.path(`example-${line}.${kind === 'mjs' ? 'mjs' : 'cjs'}`);
      fs.writeFileSync(file, source);
      const result = await node([file], { cwd: path.dirname(file), stdio: ['ignore', 'pipe', 'pipe'] });
      assert.deepStrictEqual(result, { code: 0, signal: null, stdout: output, stderr: '' });
    });
  }

  it('there are examples of all that older Nodes lack', () => {
    const all = examples.map(({ source }) => source).join('\n');
    for (const name of [
      'blockList',
      'reusePort',
      'dropMaxConnection',
      'maxConnections = 0',
      'fromJSON',
      'addAddresses',
      'addCIDR(',
      'addCIDRs',
      'removeAddress',
      'removeRange',
      'removeSubnet',
      'removeCIDR',
      'clear()',
      'size',
      'PRIVATE_RANGES',
      'isBlockList',
      'SocketAddress.parse',
      'setTypeOfService',
      'getTypeOfService',
      'typeOfService:',
      'setKeepAlive({',
      'keepAliveInterval',
      'connectionAttemptFailed',
      '\\0',
      'AttemptTimeout()',
      'cnet/promises',
      'Symbol.asyncIterator',
    ]) {
      assert.ok(all.includes(name), name);
    }
  });
});
