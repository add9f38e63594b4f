'use strict';
// README.md and docs/move.md: what they show runs.

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const { node } = require('../support/child');
const { ROOT } = require('../support/subject');
const { tempDir } = require('../support/temp');

const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const README = read('README.md');

const blocksOf = (text) =>
  [...text.matchAll(/^```js\n([^]*?)^```\n(?:\n```text\n([^]*?)^```$)?/gm)].map(([, source, output]) => ({ source, output }));

describe('README.md', () => {
  let temp;
  const blocks = blocksOf(README);

  before(() => {
    temp = tempDir();
    fs.mkdirSync(temp.path('node_modules'));
    fs.symlinkSync(ROOT, temp.path('node_modules/cnet'), 'junction');
  });

  after(() => temp.remove());

  const write = (source) => {
    const file = temp.path('program.cjs');
    fs.writeFileSync(file, source);
    return file;
  };

  it('has at most 150 lines', () => assert.ok(README.trimEnd().split('\n').length <= 150));

  it('has no block with require() and import, and each recipe has at most six lines of code', () => {
    const all = [...README.matchAll(/^```\w*\n([^]*?)^```/gm)].map(([, source]) => source);
    assert.ok(all.length >= 4);
    for (const source of all) assert.ok(!(/\brequire\(/.test(source) && /^import /m.test(source)), source);
    for (const { source } of blocks) assert.ok(source.split('\n').filter((line) => line !== '').length <= 6, source);
  });

  it('the program of one line prints what it echoes', async () => {
    const file = write(blocks[0].source);
    const result = await node([file], { cwd: temp.dir, stdio: ['ignore', 'pipe', 'pipe'] });
    assert.deepStrictEqual(result, { code: 0, signal: null, stdout: 'hello\n', stderr: '' });
  });

  it('the server with a deadline ends at its signal', async function () {
    if (process.platform === 'win32') this.skip();
    const source = blocks[1].source.replace('7000', "0, () => console.log('listening')");
    const child = spawn(process.execPath, [write(source)], { cwd: temp.dir, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (chunk.startsWith('listening')) child.kill('SIGTERM');
    });
    const [code] = await once(child, 'close');
    assert.deepStrictEqual([code, text], [0, 'listening\n0 connections ended, 0 were reset\n']);
  });

  it('the examples of docs/move.md print what they say', async () => {
    const shown = blocksOf(read('docs/move.md'));
    assert.ok(shown.length >= 2);
    for (const { source, output } of shown) {
      const result = await node([write(source)], { cwd: temp.dir, stdio: ['ignore', 'pipe', 'pipe'] });
      assert.deepStrictEqual(result, { code: 0, signal: null, stdout: output, stderr: '' });
    }
  });
});
