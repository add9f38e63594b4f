'use strict';
// api-names.js: the names of the API, from where they are made: the types of net in @types/node, and modules as they
// are.

const fs = require('node:fs');
const path = require('node:path');
const { EventEmitter } = require('node:events');

const { ROOT } = require('./run.js');

const TYPES = path.join(ROOT, 'node_modules', '@types', 'node', 'net.d.ts');
const CLASSES = ['Server', 'Socket', 'BlockList', 'SocketAddress', 'BoundSocket'];

/** Methods that each class of events has. */
const OF_EVENTS = new Set(Object.getOwnPropertyNames(EventEmitter.prototype));

/**
 * The names in a document: the words in its code spans, headings and tables included, blocks of code not.
 * @param {string} text Markdown
 * @returns {Set<string>}
 */
function namesIn(text) {
  const names = new Set();
  for (const [, code] of text.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)) {
    for (const [word] of code.matchAll(/Symbol\.\w+|[\w$]+/g)) names.add(word);
  }
  return names;
}

/**
 * The names of `net` in the types of Node.
 * @returns {{ exports: string[], members: Map<string, string[]>, options: string[], events: string[] }} what the module
 *   exports as values; the members of each class; the properties of all interfaces; the events
 */
function namesOfTypes() {
  const ts = require('typescript');
  const source = ts.createSourceFile(TYPES, fs.readFileSync(TYPES, 'utf8'), ts.ScriptTarget.Latest);
  const isNet = (node) => ts.isModuleDeclaration(node) && node.name.text === 'node:net';
  const found = { exports: new Set(), members: new Map(), options: new Set(), events: new Set() };
  const nameOf = ({ name }) => name?.text ?? name?.expression?.getText(source);
  for (const node of source.statements.find(isNet).body.statements) {
    if (ts.isFunctionDeclaration(node)) found.exports.add(node.name.text);
    if (ts.isClassDeclaration(node)) {
      found.exports.add(node.name.text);
      const names = node.members.map(nameOf).filter((name) => name !== undefined && !OF_EVENTS.has(name));
      found.members.set(node.name.text, [...new Set(names)]);
    }
    if (!ts.isInterfaceDeclaration(node)) continue;
    const kind = node.name.text.endsWith('EventMap') ? found.events : found.options;
    for (const member of node.members) kind.add(nameOf(member));
  }
  return {
    exports: [...found.exports],
    members: found.members,
    options: [...found.options],
    events: [...found.events],
  };
}

/** The own names of an object; symbols that are part of the language, or of Node, by their names. */
function ownNames(object) {
  return Reflect.ownKeys(object).flatMap((key) => {
    if (typeof key === 'string') return ['constructor', 'prototype', 'length', 'name'].includes(key) ? [] : [key];
    if (key === Symbol.asyncIterator) return ['Symbol.asyncIterator'];
    return key === (Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')) ? ['Symbol.asyncDispose'] : [];
  });
}

/**
 * The names of a module such as `net`.
 * @param {object} net
 * @returns {{ exports: string[], members: Map<string, string[]> }} members: of each class those of its prototype, and
 *   its own
 */
function namesOfModule(net) {
  const classes = CLASSES.filter((name) => name in net);
  return {
    exports: Object.keys(net),
    members: new Map(classes.map((name) => [name, [...ownNames(net[name].prototype), ...ownNames(net[name])]])),
  };
}

/** A part of a document: from the heading that matches to the next one of its level; all of it if there is none. */
function sectionOf(text, heading) {
  const start = text.split('\n').findIndex((line) => heading.test(line));
  if (start < 0) return text;
  const [first, ...rest] = text.split('\n').slice(start);
  const [marks] = /^#+/.exec(first);
  const end = rest.findIndex((line) => /^#+ /.test(line) && /^#+/.exec(line)[0].length <= marks.length);
  return [first, ...(end < 0 ? rest : rest.slice(0, end))].join('\n');
}

/**
 * The names that a document lacks. Members are to stand in the section of their class.
 * @param {string} text Markdown
 * @param {{ exports: string[], members: Map<string, string[]>, options?: string[], events?: string[] }} names
 * @param {{ except?: (name: string) => boolean, everywhere?: string }} [options] `everywhere`: text for all sections
 * @returns {string[]}
 */
function missingNames(
  text,
  { exports, members, options = [], events = [] },
  { except = () => false, everywhere = '' } = {},
) {
  const all = namesIn(text);
  const missing = [...exports, ...options, ...events].filter((name) => !all.has(name) && !except(name));
  for (const [name, list] of members) {
    const there = namesIn(`${sectionOf(text, new RegExp(`^#+ Class (net\\.)?${name}$`))}\n${everywhere}`);
    missing.push(
      ...list.filter((member) => !there.has(member) && !except(member)).map((member) => `${name}: ${member}`),
    );
  }
  return [...new Set(missing)];
}

module.exports = { missingNames, namesOfModule, namesOfTypes, sectionOf };
