'use strict';
// pages.js: makes the pages of the site from the documents of the project. A link to a document becomes a link to its
// page. A link that leads nowhere is an error.

const fs = require('node:fs');
const path = require('node:path');

const { ROOT, ToolError } = require('../../tools/run.js');
const { anchorsOf, makeReference } = require('./reference.js');
const { readTypes } = require('./types.js');

const PAGES = path.join(__dirname, '..', 'pages');

/** Documents outside of docs/, and the pages that they become. */
const OTHERS = {
  'README.md': 'index.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'reporting.md',
};

const read = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8');

/* Documents by their paths in the project, and the pages that they become. docs/api.md becomes several pages. */
function documents() {
  const found = fs
    .readdirSync(path.join(ROOT, 'docs'), { recursive: true })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.md') && name !== 'api.md');
  return new Map([...Object.entries(OTHERS), ...found.map((name) => [`docs/${name}`, name])]);
}

const exampleFiles = () => fs.readdirSync(path.join(ROOT, 'examples')).filter((name) => /\.m?js$/.test(name)).sort();

const exampleAnchor = (name) => name.replace(/\W+/g, '-');

/* All programs of examples/, on one page. */
function examplesPage() {
  const parts = exampleFiles().map((name) => {
    const source = read(`examples/${name}`);
    return `## ${name} {#${exampleAnchor(name)}}\n\n\`\`\`js\n${source.trimEnd()}\n\`\`\`\n`;
  });
  return `# Examples\n\nEach program is a file of \`examples/\` in the project, and the tests run it. [Cookbook](/cookbook) explains seven\nof them.\n\n${parts.join('\n')}`;
}

/**
 * Where a link of a document leads on the site.
 * @param {string} from the document's path in the project
 * @param {string} target of the link, relative to it
 * @param {{ pages: Map<string, string>, anchors: Map<string, string>, problems: string[] }} site
 * @returns {string} from the root of the site
 */
function translate(from, target, { pages, anchors, problems }) {
  const [file, hash = ''] = target.split('#');
  const whole = file === '' ? from : path.posix.normalize(path.posix.join(path.posix.dirname(from), file));
  const withHash = (page) => `/${page.replace(/\.md$/, '')}${hash && `#${hash}`}`;
  if (whole === 'docs/api.md') {
    if (hash === '') return '/api/';
    if (anchors.has(hash)) return `/api/${anchors.get(hash)}#${hash}`;
    problems.push(`${from}: docs/api.md has no heading for #${hash}`);
    return '/api/';
  }
  if (pages.has(whole)) return withHash(pages.get(whole));
  if (whole === 'examples') return '/examples';
  if (path.posix.dirname(whole) === 'examples') return `/examples#${exampleAnchor(path.posix.basename(whole))}`;
  if (/\.svg$/.test(whole)) return `/${path.posix.basename(whole)}`;
  problems.push(`${from}: ${target} is not on the site`);
  return target;
}

/* Does something with a text, but not with its blocks of code and code spans. */
const outsideOfCode = (text, change) =>
  text.replace(/(^```[^]*?^```$|`[^`\n]+`)|([^`]+|`)/gm, (whole, code, rest) => (code === undefined ? change(rest) : code));

/* A document with its links translated: `[…](target)`, and `[name]: target`. */
function withLinks(from, text, site) {
  const isOurs = (target) => !/^[a-z]+:/i.test(target);
  const to = (target) => (isOurs(target) ? translate(from, target, site) : target);
  return outsideOfCode(text, (part) =>
    part
      .replace(/\]\(([^()\s]+)\)/g, (_whole, target) => `](${to(target)})`)
      .replace(/^\[([^\]]+)\]: (\S+)$/gm, (_whole, name, target) => `[${name}]: ${to(target)}`),
  );
}

/* Examples of pages, which entries of the reference can show: the smallest first. */
function otherExamples(pages) {
  const found = [];
  for (const name of exampleFiles()) found.push({ source: read(`examples/${name}`), link: `/examples#${exampleAnchor(name)}` });
  for (const [file, page] of pages) {
    if (!file.startsWith('docs/beyond/') && file !== 'docs/use-it.md') continue;
    const link = `/${page.replace(/\.md$/, '')}`;
    for (const [, source] of read(file).matchAll(/^```(?:js|mjs)\n([^]*?)^```/gm)) found.push({ source, link });
  }
  return found.sort((a, b) => a.source.length - b.source.length);
}

/**
 * Makes the pages.
 * @returns {{ files: Map<string, string>, entries: object[], problems: string[] }} the files by their names in the
 *   folder of the pages; the entries of the reference; links that lead nowhere
 */
function makePages() {
  const pages = documents();
  const problems = [];
  const api = read('docs/api.md');
  const site = { pages, anchors: anchorsOf(api), problems };
  const reference = makeReference(withLinks('docs/api.md', api, site), readTypes(), otherExamples(pages));
  const files = new Map([['examples.md', examplesPage()]]);

  for (const [file, page] of pages) files.set(page, withLinks(file, read(file), site));
  files.set('api/index.md', reference.intro);
  for (const { name, text } of reference.pages) files.set(`api/${name}.md`, text);
  for (const name of fs.readdirSync(path.join(ROOT, 'docs')).filter((one) => one.endsWith('.svg')))
    files.set(`public/${name}`, read(`docs/${name}`));
  return { files, entries: reference.entries, problems, chapters: reference.pages };
}

/** Writes the pages, and empties their folder before. @throws {ToolError} a link leads nowhere */
function writePages() {
  const made = makePages();
  if (made.problems.length > 0) throw new ToolError(`these links lead nowhere:\n${made.problems.join('\n')}`);
  fs.rmSync(PAGES, { recursive: true, force: true });
  for (const [name, text] of made.files) {
    fs.mkdirSync(path.dirname(path.join(PAGES, name)), { recursive: true });
    fs.writeFileSync(path.join(PAGES, name), text);
  }
  return made;
}

module.exports = { PAGES, makePages, writePages };
