'use strict';
// lint-documents.js: the documents by markdownlint (lines of at most 120 columns, links to headings that are there,
// languages of blocks of code and so on), and by a list of words of our own. A part of `npm run lint`.

const fs = require('node:fs');
const path = require('node:path');

const { ROOT, tool } = require('./run.js');

const CONFIG = {
  default: true,
  MD013: { line_length: 120, code_blocks: false, tables: true }, // of blocks of code the examples are checked by ESLint
  MD024: { siblings_only: true }, // "What it costs" may stand in two chapters
  MD033: false, // 2<sup>53</sup>
};

/**
 * Words that make a riddle of a sentence, and what says it plainly. Each was in the documents once.
 * @type {[RegExp, string][]}
 */
const WORDS = [
  [/\b(tells|told) of\b/i, 'reports, is reported'],
  [/\b(is|are|was|were) told\b/i, 'is reported, is emitted, learns'],
  [/\bas ever\b/i, 'as usual'],
  [/\bfor want of\b/i, 'without, because there is no'],
  [/\bwho comes\b/i, 'new connections'],
  [/\blets (nobody|nobody else) in\b|\blets in nobody\b/i, 'accepts no connection'],
  [/\bthat (is|are) none\b/i, 'unknown, not a'],
  [/\blimits of time\b/i, 'time limits'],
  [/\bheld against\b/i, 'compared with'],
  [/\bheed(s|ed)?\b/i, 'respects, is used'],
  [/\bthe house\b/i, 'the source layout'],
  [/\bin vain\b/i, 'without success'],
  [/\bhitherto|thereof|whereof|hereby\b/i, 'plainer words'],
];

/* Blocks of code and code spans are no prose. */
const prose = (text) =>
  text.replace(/^( *)```[^]*?^\1```/gm, (block) => block.replace(/[^\n]/g, ' ')).replace(/`[^`]*`/g, (code) =>
    code.replace(/[^\n]/g, ' '));

/** The words of the list that a document has. @param {string} text @returns {{ line: number, problem: string }[]} */
function findWords(text) {
  return prose(text).split('\n').flatMap((line, i) =>
    WORDS.filter(([word]) => word.test(line)).map(([word, better]) => ({
      line: i + 1,
      problem: `"${word.exec(line)[0]}" is a riddle; better: ${better}`,
    })));
}

/** The documents that a user reads. @returns {string[]} relative to the project's folder */
function documents() {
  const inDocs = fs.readdirSync(path.join(ROOT, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...inDocs.map((name) => path.join('docs', name))];
}

/** @returns {Promise<string[]>} a line for each problem; none when all is well */
async function lintDocuments() {
  const { lint } = await import('markdownlint/promise');
  const found = await lint({ files: documents().map((name) => path.join(ROOT, name)), config: CONFIG });
  return documents().flatMap((name) => [
    ...found[path.join(ROOT, name)].map(({ lineNumber, ruleNames: [id, rule], ruleDescription, errorDetail }) =>
      `${name}:${lineNumber} ${id}/${rule} ${errorDetail ?? ruleDescription}`),
    ...findWords(fs.readFileSync(path.join(ROOT, name), 'utf8')).map(({ line, problem }) => `${name}:${line} ${problem}`),
  ]);
}

module.exports = { findWords, lintDocuments };

if (require.main === module) {
  tool(async () => {
    const problems = await lintDocuments();
    for (const problem of problems) console.error(problem);
    return problems.length > 0 ? 1 : 0;
  });
}
