'use strict';
// check-coverage.js: checks that every file and every test that test/docs/api-coverage.md names exists, and that it
// names the whole API: that of the newest Node's types, and of the running Node's `net`.
//   node tools/check-coverage.js

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { missingNames, namesOfModule, namesOfTypes } = require('./api-names.js');
const { ROOT, ToolError, run, tool } = require('./run.js');

const DOCUMENT = path.join('test', 'docs', 'api-coverage.md');
const MOCHA = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
const FILE = /`((?:lib|src|test|tools|docs|examples)\/[^`\s]+)`/g;
const TEST = /`(test\/[^`]+)`\s+"([^"]+)"/g; // a title may go on in the next line

/** An entry of a list, with the lines below it that are indented. */
const ENTRY = /^- .*\n(?: {2}.*\n)*/gm;

/**
 * The tests that mocha would run: for each file, their titles with those of what they stand in.
 * @param {string[]} files
 * @returns {Promise<Map<string, string[]>>}
 */
async function listTests(files) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-tests-'));
  const list = path.join(dir, 'tests.json');
  const args = [MOCHA, '--dry-run', '--reporter', 'json', '--reporter-option', `output=${list}`, ...files];
  try {
    const { status, output } = await run(process.execPath, args, { cwd: ROOT, quiet: true });
    if (status !== 0) throw new ToolError(`${output}\nthe tests could not be listed`);
    const titles = new Map();
    for (const { file, fullTitle } of JSON.parse(fs.readFileSync(list, 'utf8')).tests) {
      const name = path.relative(ROOT, file).split(path.sep).join('/');
      titles.set(name, [...(titles.get(name) ?? []), fullTitle]);
    }
    return titles;
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** `theme: title` is the test `title` in `theme`; a title alone may stand anywhere in its file. */
function isThere(titles, title) {
  const inTheme = title.replace(': ', ' ');
  return titles.some((full) => [title, inTheme].some((end) => full === end || full.endsWith(` ${end}`)));
}

/**
 * What of the API the document does not name. Names that begin with `_` are Node's own affair, unless programs use
 * them.
 * @param {string} [text] the document
 * @returns {string[]} a line for each; none when all is there
 */
function checkNames(text = fs.readFileSync(path.join(ROOT, DOCUMENT), 'utf8')) {
  const except = (name) => name.startsWith('_');
  const names = [namesOfTypes(), namesOfModule(require('node:net'))];
  return [...new Set(names.flatMap((some) => missingNames(text, some, { except })))].map(
    (name) => `nothing on ${name}`,
  );
}

/**
 * What the document says that is not so.
 * @param {string} [text] the document
 * @returns {Promise<string[]>} a line for each; none when all is well
 */
async function checkCoverage(text = fs.readFileSync(path.join(ROOT, DOCUMENT), 'utf8')) {
  const problems = new Set();
  for (const [, file] of text.matchAll(FILE)) {
    if (!fs.existsSync(path.join(ROOT, file))) problems.add(`no file ${file}`);
  }
  const named = [...text.matchAll(TEST)].filter(([, file]) => fs.existsSync(path.join(ROOT, file)));
  if (named.length === 0) problems.add('no test is named');
  else {
    const tests = await listTests([...new Set(named.map(([, file]) => file))]);
    for (const [, file, lines] of named) {
      const title = lines.replace(/\s+/g, ' ');
      if (!isThere(tests.get(file) ?? [], title)) problems.add(`no test "${title}" in ${file}`);
    }
  }
  for (const [entry] of text.matchAll(ENTRY)) {
    const [first] = entry.split('\n');
    if (!/`test\/[^`]+`\s+"|^ {2}- no test: /m.test(entry)) problems.add(`no test in the entry ${first.slice(0, 60)}`);
  }
  if (!text.match(ENTRY)) problems.add('no entry is there');
  return [...problems];
}

module.exports = { checkCoverage, checkNames };

if (require.main === module) {
  tool(async () => {
    const problems = [...checkNames(), ...(await checkCoverage())];
    for (const problem of problems) console.error(`${DOCUMENT}: ${problem}`);
    return problems.length > 0 ? 1 : 0;
  });
}
