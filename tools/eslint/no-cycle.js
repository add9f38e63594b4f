'use strict';
// An ESLint rule: no file requires itself by way of others, neither when it is loaded nor later, within a function.
// The rule of this name in eslint-plugin-import-x, as in eslint-plugin-import, follows `import` from file to file,
// but no require(): it finds no cycle of CommonJS.

const fs = require('node:fs');
const path = require('node:path');

/** What a file asks for of the files beside it. `import()` is left out: in CommonJS it is a type in a comment. */
const REQUEST = /\b(?:require\(|from )'(\.{1,2}\/[^']+)'/g;

const isFile = (name) => fs.statSync(name, { throwIfNoEntry: false })?.isFile() === true;

/** @returns {string | undefined} the file that a request means */
function fileOf(from, request) {
  const named = path.join(path.dirname(from), request);
  return [named, `${named}.js`].find(isFile);
}

/** @type {Map<string, { time: number, files: string[] }>} what each file requires, as long as it is not changed */
const known = new Map();

function filesOf(file) {
  const { mtimeMs: time } = fs.statSync(file);
  if (known.get(file)?.time !== time) {
    const requests = [...fs.readFileSync(file, 'utf8').matchAll(REQUEST)].map(([, request]) => fileOf(file, request));
    known.set(file, { time, files: requests.filter((found) => found !== undefined) });
  }
  return known.get(file).files;
}

/** @returns {string[] | null} the shortest way from one file to another, both included */
function findWay(from, to) {
  const before = new Map([[from, null]]);
  const queue = [from];
  for (const file of queue) {
    if (file === to) {
      const way = [];
      for (let at = file; at !== null; at = before.get(at)) way.unshift(at);
      return way;
    }
    for (const next of filesOf(file)) {
      if (before.has(next)) continue;
      before.set(next, file);
      queue.push(next);
    }
  }
  return null;
}

module.exports = {
  meta: {
    type: 'problem',
    docs: { description: 'forbids files that require themselves by way of others' },
    schema: [],
    messages: { cycle: 'This file requires itself: {{way}}. Put what both need into a file of its own.' },
  },

  create(context) {
    const { filename, cwd } = context;
    const check = (node, request) => {
      if (typeof request !== 'string' || !request.startsWith('.')) return;
      const target = fileOf(filename, request);
      const way = target === undefined ? null : findWay(target, filename);
      if (way !== null)
        context.report({
          node,
          messageId: 'cycle',
          data: { way: way.map((name) => path.relative(cwd, name)).join(' -> ') },
        });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]?.value),
    };
  },
};
