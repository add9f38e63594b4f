'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { PLACES } = require('../../lib/common/misplaced');
const { missingNames, namesOfModule, namesOfTypes, sectionOf } = require('../../tools/api-names.js');
const { checkCoverage, checkNames } = require('../../tools/check-coverage.js');
const { findWords } = require('../../tools/lint-documents.js');

const ROOT = path.join(__dirname, '..', '..');
const read = (...names) => fs.readFileSync(path.join(ROOT, ...names), 'utf8');

describe('the documents', () => {
  const inDocs = fs.readdirSync(path.join(ROOT, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md'));
  const files = [
    'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', path.join('test', 'docs', 'api-coverage.md'),
    ...inDocs.map((name) => path.join('docs', name)),
  ];

  it('no line of them is longer than 120 columns, without blocks of code', () => {
    assert.ok(files.includes(path.join('docs', 'beyond', 'shutdown.md')));
    const long = [];
    for (const file of files) {
      const blank = (block) => block.replace(/.+/g, '');
      read(file).replace(/^( *)```[^]*?^\1```/gm, blank).split('\n').forEach((line, i) => {
        if ([...line].length > 120) long.push(`${file}:${i + 1}`);
      });
    }
    assert.deepStrictEqual(long, []);
  });
});

describe('npm run lint, of the documents', () => {
  it('finds the words that make a riddle, outside of code', () => {
    const text = 'It tells of\nwhat is `told of`.\n\n```js\nas(ever); // as ever\n```\nAs ever.\n';
    assert.deepStrictEqual(findWords(text).map(({ line }) => line), [1, 7]);
  });
});

describe('api-coverage.md', () => {
  it('names files and tests that exist', async () => {
    assert.deepStrictEqual(await checkCoverage(), []);
  });

  it('a file, a test or an entry without a test that is wrong would be found', async () => {
    const text =
      '- **a**: `lib/nothing.js`.\n  - `test/docs/docs.test.js` "no such\n    title"\n- **b**: `lib/index.js`.\n';
    assert.deepStrictEqual(await checkCoverage(text), [
      'no file lib/nothing.js',
      'no test "no such title" in test/docs/docs.test.js',
      'no test in the entry - **b**: `lib/index.js`.',
    ]);
  });

  it("names the whole API of the newest Node's types, and of the running Node's net", () => {
    assert.deepStrictEqual(checkNames(), []);
  });

  it('a class, a member, a function, an option or an event that it does not name would be found', () => {
    const text = read('test', 'docs', 'api-coverage.md');
    const without = (word) => text.replaceAll(word, '');
    for (const [word, problem] of [
      ['isIPv4', 'nothing on isIPv4'],
      ['getConnections', 'nothing on Server: getConnections'],
      ['setTypeOfService', 'nothing on Socket: setTypeOfService'],
      ['pauseOnConnect', 'nothing on pauseOnConnect'],
      ['connectionAttemptFailed', 'nothing on connectionAttemptFailed'],
    ]) {
      assert.ok(checkNames(without(word)).includes(problem), word);
    }
  });
});

describe('docs/api.md', () => {
  const text = read('docs', 'api.md');
  const everywhere = [/^## Not in Node$/, /^## Not in Node's documents$/]
    .map((heading) => sectionOf(text, heading))
    .join('\n');

  /* The names in the types that cnet has beyond those of Node. */
  const optionsOfTypes = () => {
    const names = [];
    for (const file of ['index.d.ts', 'promises.d.ts']) {
      for (const [, body] of read('lib', file).matchAll(/interface \w+[^{]*{([^}]*)}/g)) {
        names.push(...[...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name));
      }
    }
    return names;
  };

  /* A method of every stream's, which is cnet's own only for what it does under TLS. */
  const except = (name) => name === 'on';

  it('names everything that cnet exports, and every member of its classes', () => {
    assert.deepStrictEqual(missingNames(text, namesOfModule(require('../..')), { everywhere, except }), []);
  });

  it("names everything of the newest Node's types, and every option of cnet's own", () => {
    assert.deepStrictEqual(
      missingNames(text, namesOfTypes(), { everywhere, except: (name) => name === 'Symbol.dispose' }),
      [],
    );
    const options = optionsOfTypes();
    assert.ok(options.includes('keepAliveCount') && options.includes('captureRejections'));
    assert.deepStrictEqual(missingNames(text, { exports: options, members: new Map() }), []);
  });

  it('has each option that only cnet has in the list of the call that takes it', () => {
    const lists = {
      'connect()': sectionOf(text, /^### socket\.connect\(\)/),
      'createServer()': sectionOf(text, /^### Options of a server/),
      'listen()': sectionOf(text, /^### server\.listen\(\)/),
    };
    const missing = Object.entries({ ...PLACES, mode: ['listen()'] }).flatMap(([name, places]) =>
      places.filter((place) => !lists[place].includes(`\`${name}\``)).map((place) => `${name} of ${place}`));
    assert.deepStrictEqual(missing, []);
  });

  it('names every code of an error that cnet makes, and no other', () => {
    const made = new Set([
      'ABORT_ERR',
      'ERR_ACCESS_DENIED',
      'ERR_INVALID_ARG_TYPE',
      'ERR_INVALID_ARG_VALUE',
      'ERR_OUT_OF_RANGE',
    ]);
    for (const file of fs
      .readdirSync(path.join(ROOT, 'lib'), { recursive: true })
      .filter((name) => name.endsWith('.js') && name !== path.join('common', 'errors.js'))) {
      for (const [, code] of read('lib', file).matchAll(/codes\.(ERR_\w+)/g)) made.add(code);
    }
    const rows = [...sectionOf(text, /^## Errors/).matchAll(/^- \*\*`((?:ERR_|ABORT_)\w+)`\*\*/gm)].map(
      ([, code]) => code,
    );
    assert.deepStrictEqual(rows, [...made].sort());
  });

  it('a member that it does not name in the section of its class would be found', () => {
    const names = { exports: [], members: new Map([['SocketAddress', ['parse', 'getConnections']]]) };
    assert.deepStrictEqual(missingNames(text, names), ['SocketAddress: getConnections']);
  });

  it('links to headings and files that exist', () => {
    const anchors = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-')));
    const prose = text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]+`/g, 'code');
    const targets = [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);
    assert.ok(targets.length > 10);
    for (const target of targets) {
      const [file, anchor] = target.split('#');
      if (file !== '') assert.ok(fs.existsSync(path.join(ROOT, 'docs', file)), target);
      else assert.ok(anchors.has(anchor), target);
    }
  });
});
