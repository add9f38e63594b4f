'use strict';
// c-order.js: `node tools/c-order.js`: what src/ promises of its files. Each .c includes its own header first, or where
// it has none another one of ours: so each header is seen to stand alone. No header has the name of one of the system.
// And no more than two files need each other: what one uses of another is read from the symbols of the object files
// that the build has left.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { sourceFiles } = require('./build.js');
const { ROOT, ToolError, tool } = require('./run.js');

const MOST = 2;
const UNDEFINED = ['U', 'v', 'w']; // the last two: weak
const OBJECTS = path.join(ROOT, 'build', 'gyp', 'build', 'Release', 'obj.target');

const sources = () => sourceFiles().filter((name) => name.endsWith('.c'));
const floorOf = (file) => file.split('/').slice(0, 2).join('/');

/** What is wrong with the first header that a file includes; null: nothing. */
function wrongStart(file) {
  const own = `${path.basename(file, '.c')}.h`;
  const [, first] = /^#include\s+(\S+)/m.exec(fs.readFileSync(path.join(ROOT, file), 'utf8')) ?? [];
  const hasOwn = fs.existsSync(path.join(ROOT, floorOf(file), own));
  if (hasOwn ? first === `"${own}"` : first?.startsWith('"')) return null;
  return `${file} includes ${first} first, rather than ${hasOwn ? `"${own}"` : 'a header of ours'}`;
}

/**
 * Which of these headers the system has too. The folders of ours come first, also where a test or a library includes
 * `<name.h>`: it would be given ours.
 * @param {string[]} names without folders
 * @returns {string[]}
 */
function systemHeaders(names) {
  const input = names.map((name) => `#if __has_include(<${name}>)\n${name}\n#endif\n`).join('');
  const options = { encoding: 'utf8', input };
  return execFileSync(process.env.CC ?? 'cc', ['-E', '-P', '-x', 'c', '-'], options).split('\n').filter(Boolean);
}

/** @returns {Map<string, string>} the source of each object file of the build; of other platforms there is none */
function objectFiles() {
  const found = new Map();
  for (const target of fs.existsSync(OBJECTS) ? fs.readdirSync(OBJECTS) : []) {
    for (const file of sources()) {
      const object = path.join(OBJECTS, target, file.replace(/c$/, 'o'));
      if (fs.existsSync(object)) found.set(object, file);
    }
  }
  if (found.size === 0) throw new ToolError(`missing: object files in ${OBJECTS}; npm run build makes them`);
  return found;
}

/** @returns {Map<string, { defined: string[], used: string[] }>} the symbols of each object file, by its source */
function symbolsOf(objects) {
  const symbols = new Map([...objects.values()].map((source) => [source, { defined: [], used: [] }]));
  const text = execFileSync('nm', ['-A', '-P', '-g', ...objects.keys()], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  for (const [, object, name, kind] of text.matchAll(/^(.+?): (\S+) (\S)/gm)) {
    const { defined, used } = symbols.get(objects.get(object));
    (UNDEFINED.includes(kind) ? used : defined).push(name);
  }
  return symbols;
}

/**
 * Which files each file needs, for functions or data.
 * @param {Map<string, { defined: string[], used: string[] }>} symbols by file
 * @returns {Map<string, Set<string>>}
 */
function needsOf(symbols) {
  const owners = new Map([...symbols].flatMap(([file, { defined }]) => defined.map((name) => [name, file])));
  return new Map([...symbols].map(([file, { used }]) => [
    file, new Set(used.map((name) => owners.get(name)).filter((owner) => owner !== undefined && owner !== file)),
  ]));
}

/** All that a file needs, by others too. */
function reachedFrom(file, needs) {
  const reached = new Set();
  const open = [file];
  while (open.length > 0) {
    for (const next of needs.get(open.pop())) {
      if (!reached.has(next)) open.push(next);
      reached.add(next);
    }
  }
  return reached;
}

/**
 * Files that need each other, by way of others too.
 * @param {Map<string, Set<string>>} needs
 * @returns {string[][]} each circle once, of two files at least
 */
function circlesOf(needs) {
  const reached = new Map([...needs.keys()].map((file) => [file, reachedFrom(file, needs)]));
  const circleOf = (file) => [...reached.get(file)].filter((other) => reached.get(other).has(file)).sort();
  return [...needs.keys()].filter((file) => circleOf(file).length > 1 && circleOf(file)[0] === file).map(circleOf);
}

/** @returns {string[]} what is wrong */
function complaints() {
  const circles = circlesOf(needsOf(symbolsOf(objectFiles()))).filter((circle) => circle.length > MOST);
  const headers = sourceFiles().filter((name) => name.endsWith('.h')).map((name) => path.basename(name));
  return [
    ...sources().map(wrongStart).filter(Boolean),
    ...systemHeaders(headers).map((name) => `${name} is a header of the system too`),
    ...circles.map((circle) => `these need each other: ${circle.join(', ')}`),
  ];
}

module.exports = { circlesOf, complaints, needsOf, systemHeaders };

if (require.main === module) {
  tool(async () => {
    const found = complaints();
    for (const complaint of found) console.error(complaint);
    const all = sources().length;
    console.log(found.length === 0 ? `c-order: ${all} files are in order` : `c-order: ${found.length} complaints`);
    return found.length > 0 ? 1 : 0;
  });
}
