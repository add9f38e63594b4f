'use strict';
// types.js: signatures, and since when there is a thing, from the types of the package and of Node.

const path = require('node:path');

const { ROOT } = require('../../tools/run.js');

const FILES = ['index', 'promises', 'child-process', 'proxy-protocol', 'register', 'register-http'];

/** "Since cnet 0.1.0 (Node 23.1, 22.12)", as each comment of the types ends. */
const SINCE = /Since\s+cnet\s+([\d.]+)\s+\(((?:Node|not)[^)]*)\)/;

/** Interfaces whose properties are options, or what a method returns, by the place that a document gives them. */
const OPTIONS = {
  'new Socket()': ['SocketConstructorOpts'],
  'connect()': ['TcpNetConnectOpts', 'IpcNetConnectOpts', 'SocketConstructorOpts'],
  'createServer()': ['ServerOpts'],
  'listen()': ['ListenOptions'],
};

/* How a symbol of the language is named in the symbol table. */
const isNamed = (symbol, name) =>
  symbol.name === name || (name.startsWith('Symbol.') && symbol.name.startsWith(`__@${name.slice(7)}@`));

/**
 * The types, as functions that look one thing up. Each gives null for what is not there.
 * @returns {{ member: Function, exported: Function, property: Function }}
 */
function readTypes() {
  const ts = require('typescript');
  const files = FILES.map((name) => path.join(ROOT, 'lib', `${name}.d.ts`));
  const program = ts.createProgram(files, { target: ts.ScriptTarget.ES2022, skipLibCheck: true, types: [] });
  const checker = program.getTypeChecker();
  const modules = files.map((file) => checker.getSymbolAtLocation(program.getSourceFile(file)));
  const exportsOf = new Map(
    modules.map((module, i) => [FILES[i], module === undefined ? [] : checker.getExportsOfModule(module)]),
  );

  const resolve = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

  const find = (name, file = 'index') => {
    const found = exportsOf.get(file).find((symbol) => symbol.name === name);
    return found === undefined ? null : resolve(found);
  };

  /* What a declaration says, without comments and without the words that mean nothing outside of its file. */
  const textOf = (declaration) =>
    declaration
      .getText()
      .replace(/\/\*\*[^]*?\*\/\s*/g, '')
      .replace(/^(export |declare |function )+/g, '')
      .replace(/\s+/g, ' ')
      .replace(/nodeNet\./g, '');

  const describe = (symbol) => {
    const { declarations = [] } = symbol;
    const ours = declarations.filter((one) => one.getSourceFile().fileName.includes('/lib/'));
    const shown = ours.length > 0 ? ours : declarations;
    const comments = declarations.map((one) => one.getFullText().replace(/\n\s*\*\s?/g, ' '));
    const since = comments.map((text) => SINCE.exec(text)).find((match) => match !== null);
    return {
      texts: [...new Set(shown.map(textOf))],
      cnet: since?.[1] ?? null,
      node: since?.[2] ?? null,
      comment: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    };
  };

  /* The member of a class, or of its constructor. */
  const member = (className, name) => {
    const symbol = find(className);
    if (symbol === null) return null;
    const types = [checker.getTypeOfSymbol(symbol)];
    if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias))
      types.unshift(checker.getDeclaredTypeOfSymbol(symbol));
    for (const type of types) {
      const found = checker.getPropertiesOfType(type).find((one) => isNamed(one, name));
      if (found !== undefined) return describe(found);
    }
    return null;
  };

  return {
    member,
    exported: (name, file) => {
      const symbol = find(name, file);
      return symbol === null ? null : describe(symbol);
    },
    property: (place, name) => {
      for (const one of OPTIONS[place] ?? [place]) {
        const found = member(one, name);
        if (found !== null) return found;
      }
      return null;
    },
  };
}

module.exports = { readTypes };
