'use strict';
// cnet/register in ES modules that are loaded by require(), on the Nodes whose hooks do not see those (docs/use-it.md).

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { cleanUp, getNode, project } = require('./kit.js');
const { runNode } = require('../packaging/kit.js');

const FIXTURES = path.join(__dirname, '..', 'fixtures', 'register');

/**
 * The first and the last of each line that has require() of ES modules and no hooks in the thread itself; then the
 * first that has.
 */
const WITHOUT_HOOKS = ['20.19.0', '20.20.2', '22.12.0', '22.14.0'];
const WITH_HOOKS = ['22.15.0'];

describe('cnet/register and ES modules that are loaded by require()', () => {
  after(cleanUp);

  for (const version of [...WITHOUT_HOOKS, ...WITH_HOOKS]) {
    const isSeen = WITH_HOOKS.includes(version);
    it(`${version}: they have the names of net from cnet, ${isSeen ? 'and' : 'not'} the default import`, async () => {
      const dir = await project();
      for (const name of fs.readdirSync(FIXTURES).filter((file) => file.startsWith('required'))) {
        const text = fs.readFileSync(path.join(FIXTURES, name), 'utf8');
        fs.writeFileSync(
          path.join(dir, name),
          text.replaceAll('../../../lib/index.js', 'cnet').replaceAll('../../../lib/register.js', 'cnet/register'),
        );
      }
      const args = ['--no-warnings', '-r', 'cnet/register', 'required.cjs'];
      const { status, output } = await runNode(dir, args, { node: await getNode(version) });
      const expected = {
        names: [true, true, true, true], namespace: true, default: isSeen, below: true, kept: true, afterwards: false,
      };
      assert.strictEqual(status, 0, output);
      assert.deepStrictEqual(JSON.parse(output), expected);
    });

    it(`${version}: a program without them has no warning`, async () => {
      const dir = await project();
      fs.writeFileSync(path.join(dir, 'plain.cjs'), "console.log(require('net') === require('cnet'));");
      const { status, output } = await runNode(dir, ['-r', 'cnet/register', 'plain.cjs'], {
        node: await getNode(version),
      });
      assert.deepStrictEqual({ status, output }, { status: 0, output: 'true\n' });
    });
  }
});
