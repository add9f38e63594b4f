'use strict';
// The rules of the rooms of lib/, as ESLint checks them (docs/architecture.md).

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { ESLint } = require('eslint');

const { PRIVATE, ROOMS } = require('../../tools/eslint/rooms.js');

const ROOT = path.join(__dirname, '..', '..');
const LIB = path.join(ROOT, 'lib');

/** A file of a room, as it is required from another one. */
function someFile(room) {
  const [file] = fs.readdirSync(path.join(LIB, room)).filter((name) => name.endsWith('.js'));
  return `../${room}/${file}`;
}

describe('the rules of the rooms', function () {
  this.timeout(60000);

  const eslint = new ESLint({ cwd: ROOT });

  /* The rules that a file of lib/ with this text breaks; that it does nothing with what it has is none of them. */
  async function broken(file, text) {
    const [{ messages }] = await eslint.lintText(`'use strict';\n${text}\n`, { filePath: path.join(LIB, file) });
    return messages.map(({ ruleId }) => ruleId).filter((rule) => rule !== 'no-unused-vars');
  }

  const rule = 'import-x/no-restricted-paths';

  it('each name that a file of lib/ takes from another is exported there', () => {
    const files = fs
      .readdirSync(LIB, { recursive: true })
      .filter((name) => name.endsWith('.js') && !/^register|register\.js$/.test(name));
    const missing = files.flatMap((name) => {
      const text = fs.readFileSync(path.join(LIB, name), 'utf8');
      return [...text.matchAll(/^const \{([^{}=]*)\} = require\('(\.[^']*)'\);/gm)].flatMap(([, names, from]) => {
        const exported = require(path.resolve(LIB, path.dirname(name), from));
        const taken = names.split(',').map((part) => part.split(':')[0].trim()).filter(Boolean);
        return taken.filter((one) => exported[one] === undefined).map((one) => `${name}: ${one} of ${from}`);
      });
    });
    assert.deepStrictEqual(missing, []);
  });

  it('every folder of lib/ is a room', () => {
    const folders = fs
      .readdirSync(LIB, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    assert.deepStrictEqual([...ROOMS].sort(), folders.sort());
  });

  it('docs/architecture.md has them in the order that is checked', () => {
    const text = fs.readFileSync(path.join(ROOT, 'docs', 'architecture.md'), 'utf8');
    assert.ok(text.replace(/\n-> /g, ' -> ').includes([...ROOMS, 'doors'].join(' -> ')));
  });

  it('a require() from any room above, or from a door, is reported', async () => {
    for (const [i, room] of ROOMS.entries()) {
      for (const other of ROOMS.slice(i + 1)) {
        const found = await broken(`${room}/new-file.js`, `const x = require('${someFile(other)}');`);
        assert.deepStrictEqual(found, [rule], `${room} from ${other}`);
      }
      assert.deepStrictEqual(
        await broken(`${room}/new-file.js`, "const x = require('../promises');"),
        [rule],
        `${room} from a door`,
      );
    }
  });

  it('a require() from the same room, or from one below, is not', async () => {
    for (const [i, room] of ROOMS.entries()) {
      for (const other of ROOMS.slice(0, i + 1)) {
        assert.deepStrictEqual(
          await broken(`${room}/new-file.js`, `const x = require('${someFile(other)}');`),
          [],
          `${room} from ${other}`,
        );
      }
    }
  });

  it('a door may require from every room', async () => {
    for (const room of ROOMS)
      assert.deepStrictEqual(
        await broken('new-door.js', `const x = require('.${someFile(room).slice(2)}');`),
        [],
        room,
      );
  });

  it('a file that requires itself by way of others is reported, also where it does so within a function', async () => {
    assert.deepStrictEqual(await broken('socket/life.js', "const x = require('./socket');"), ['house/no-cycle']);
    assert.deepStrictEqual(await broken('socket/life.js', "const later = () => require('./socket.js');"), [
      'house/no-cycle',
    ]);
  });

  it("each of Node's private names is reported outside of lib/node-internals, however it is written", async () => {
    for (const name of PRIVATE) {
      for (const text of [`x.${name};`, `const { ${name} } = x;`, `const { ${name}: y } = x;`, `x['${name}'];`]) {
        assert.deepStrictEqual(
          await broken('socket/new-file.js', `const x = {};\n${text}`),
          ['no-restricted-syntax'],
          text,
        );
      }
    }
    for (const text of ["process.binding('tcp_wrap');", 'Object.getOwnPropertySymbols({});']) {
      assert.deepStrictEqual(await broken('server/new-file.js', text), ['no-restricted-syntax'], text);
    }
  });

  it('and is at home within', async () => {
    assert.deepStrictEqual(
      await broken('node-internals/new-file.js', 'module.exports = (stream) => stream._readableState;'),
      [],
    );
  });
});
