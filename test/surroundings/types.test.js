'use strict';
// The types of the packed package, with every TypeScript from 5.0 on and the @types/node of every line.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { packageOf } = require('../packaging/kit.js');
const { MODES, compile, fillProject, optionsOf } = require('../types/compile.js');
const { bin, cleanUp, newFolder, project, runNode } = require('./kit.js');

const PACKAGES = path.join(__dirname, 'node_modules');
const LINES = ['18', '20', '22', '24', '25', '26'];

/** The one that is a program alone, without the API of those before. */
const NATIVE = 'typescript-7.0';

/** Projects that have installed the package, by the @types/node that they have. */
async function makeProjects() {
  const from = packageOf(await project());
  return LINES.map((line) => {
    const dir = path.join(newFolder(), 'project');
    fs.mkdirSync(path.join(dir, 'node_modules', '@types'), { recursive: true });
    fs.symlinkSync(
      path.join(PACKAGES, `types-node-${line}`),
      path.join(dir, 'node_modules', '@types', 'node'),
      'junction',
    );
    fs.cpSync(path.join(from, 'lib'), path.join(packageOf(dir), 'lib'), { recursive: true });
    fs.copyFileSync(path.join(from, 'package.json'), path.join(packageOf(dir), 'package.json'));
    fs.writeFileSync(path.join(dir, 'package.json'), '{ "private": true }');
    fillProject(dir);
    return { line, dir };
  });
}

describe('types', function () {
  this.timeout(600000);
  let projects;

  before(async () => {
    projects = await makeProjects();
  });
  after(cleanUp);

  for (const name of ['typescript-5.0', 'typescript-5.4', 'typescript-5.9', 'typescript-6.0']) {
    describe(name, () => {
      const kept = new Map();
      let ts;

      before(() => {
        ts = require(path.join(PACKAGES, name));
      });
      after(() => kept.clear());

      /* What is wrong with @types/node alone: an old TypeScript does not read a new one. */
      const wrongAlone = (dir) =>
        compile(ts, dir, { mode: 'nodenext', kept, all: true, files: ['alone.ts'], options: { types: ['node'] } })
          .problems;

      for (const mode of Object.keys(MODES)) {
        it(`${mode}: what programs do compiles, and what they must not do does not, with the @types/node of every line`, () => {
          for (const { line, dir } of projects) {
            const { program, problems } = compile(ts, dir, { mode, kept });
            assert.deepStrictEqual(problems, [], `@types/node ${line}`);
            const read = program
              .getSourceFiles()
              .map(({ fileName }) => path.relative(dir, fileName).split(path.sep).join('/'));
            assert.ok(
              read.some((file) => file.startsWith('node_modules/cnet/lib/index.d.')),
              'the types of the package were not read',
            );
            assert.ok(
              read.some((file) => file.endsWith(`types-node-${line}/net.d.ts`)),
              `@types/node ${line} was not read`,
            );
          }
        });
      }

      it('without skipLibCheck nothing is wrong in any file that is not wrong with @types/node alone', () => {
        for (const { line, dir } of projects) {
          const { problems } = compile(ts, dir, { mode: 'nodenext', kept, all: true, files: ['module.mts'] });
          if (problems.length === 0 || name >= 'typescript-5.9') {
            assert.deepStrictEqual(problems, [], `@types/node ${line}`);
            continue;
          }
          const alone = new Set(wrongAlone(dir));
          assert.deepStrictEqual(problems.filter((one) => !alone.has(one)), [], `@types/node ${line}`);
        }
      });
    });
  }

  describe(NATIVE, () => {
    for (const mode of Object.keys(MODES).filter((one) => one !== 'node10')) { // which it has not any more
      it(`${mode}: what programs do compiles without skipLibCheck, with the @types/node of every line`, async () => {
        for (const { line, dir } of projects) {
          fs.writeFileSync(
            path.join(dir, 'tsconfig.json'),
            JSON.stringify({ compilerOptions: optionsOf(mode, '7'), files: MODES[mode].files }),
          );
          const result = await runNode(dir, [bin(NATIVE, 'tsc'), '-p', 'tsconfig.json']);
          assert.deepStrictEqual(result, { status: 0, signal: null, output: '' }, `@types/node ${line}`);
        }
      });
    }
  });
});
