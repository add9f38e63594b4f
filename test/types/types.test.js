'use strict';
// The types: what test/types/ does with them compiles, and they name what there is.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const ts = require('typescript');

const net = require('../..');
const childProcess = require('../../lib/child-process.js');
const { patience } = require('../support/scale');

const DIR = __dirname;
const LIB = path.join(__dirname, '..', '..', 'lib');

const compiled = new Map();

/** What is wrong with the files of a project, as text. */
function compile(name) {
  if (!compiled.has(name)) compiled.set(name, compileAnew(name));
  return compiled.get(name);
}

function compileAnew(name) {
  const file = path.join(DIR, name);
  const { config } = ts.readConfigFile(file, (which) => fs.readFileSync(which, 'utf8'));
  const { fileNames, options, errors } = ts.parseJsonConfigFileContent(config, ts.sys, DIR);
  const program = ts.createProgram(fileNames, options);
  const problems = [...errors, ...ts.getPreEmitDiagnostics(program)];
  const host = { getCurrentDirectory: () => DIR, getCanonicalFileName: (one) => one, getNewLine: () => '\n' };
  return { program, text: ts.formatDiagnostics(problems, host) };
}

/** The names of cnet but the one that depends on the line of Node, and is deprecated: it has no type. */
const typed = () => Object.keys(net).filter((name) => name !== '_setSimultaneousAccepts');

/** The names of the values that the types of a file of lib/ export. */
function valuesOf(program, file) {
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(path.join(LIB, file)));
  return checker.getExportsOfModule(symbol).filter((one) => {
    const target = one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one;
    return target.flags & ts.SymbolFlags.Value;
  }).map((one) => one.name).sort();
}

describe('types', function () {
  this.timeout(patience(60000));

  it('CommonJS: what programs do compiles in strict mode, and what they must not do does not', () => {
    const { program, text } = compile('tsconfig.commonjs.json');
    assert.strictEqual(text, '');
    assert.deepStrictEqual(valuesOf(program, 'index.d.ts'), typed().sort());
    assert.deepStrictEqual(valuesOf(program, 'child-process.d.ts'), Object.keys(childProcess).sort());
    assert.deepStrictEqual(valuesOf(program, 'promises.d.ts'), Object.keys(net.promises).sort());
  });

  it('NodeNext: the same, by the names of the package, in ES modules and in CommonJS', () => {
    const { program, text } = compile('tsconfig.nodenext.json');
    assert.strictEqual(text, '');
    assert.deepStrictEqual(valuesOf(program, 'index.d.mts'), [...typed(), 'default'].sort());
    assert.deepStrictEqual(valuesOf(program, 'promises.d.mts'), ['connect', 'default', 'listen']);
  });
});

/* What a name of the types may be declared by, that a program sees. */
const DECLARATIONS = new Set(
  [
    'ClassDeclaration',
    'Constructor',
    'ConstructSignature',
    'FunctionDeclaration',
    'GetAccessor',
    'InterfaceDeclaration',
    'MethodDeclaration',
    'MethodSignature',
    'PropertyDeclaration',
    'PropertySignature',
    'SetAccessor',
    'TypeAliasDeclaration',
    'VariableStatement',
  ].map((kind) => ts.SyntaxKind[kind]),
);

const commentOf = (node) => ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).map((one) => one.getText()).join('\n');

/** The name of a declaration, with those around it. */
function nameOf(node) {
  const own =
    node.name?.getText() ??
    node.declarationList?.declarations[0].name.getText() ??
    (node.parameters ? 'new' : undefined);
  const around = node.parent && !ts.isSourceFile(node.parent) ? nameOf(node.parent) : '';
  return [around, own].filter(Boolean).join('.');
}

/**
 * Whether a program cannot name it, though it sees its members; or whether another declaration of it has the comment.
 */
function isExempt(node, source) {
  if (ts.isModuleBlock(node.parent)) return true; // global, not ours
  if (ts.isInterfaceDeclaration(node.parent) && ts.isModuleBlock(node.parent.parent)) return true;
  if (ts.isInterfaceDeclaration(node)) {
    const same = source.statements.filter((one) => one.name?.text === node.name.text);
    if (same.some((one) => one !== node && commentOf(one) !== '')) return true;
  }
  return ts.isSourceFile(node.parent) && !ts.getCombinedModifierFlags(node) && !node.modifiers?.length;
}

/** The names in a text of types that have no comment, or one that does not say since when. */
function uncommented(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const isHidden = (node) =>
    node.modifiers?.every(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) && ts.isVariableStatement(node);
  (function walk(node) {
    if (DECLARATIONS.has(node.kind) && !isExempt(node, source) && !isHidden(node)) {
      const comment = commentOf(node);
      if (comment === '') found.push(`${name}: ${nameOf(node)}: no comment`);
      else if (!/\bsince\b/i.test(comment)) found.push(`${name}: ${nameOf(node)}: since when?`);
    }
    ts.forEachChild(node, walk);
  })(source);
  return found;
}

/** The names that a program can ask an entry for, and their members, of which an editor has nothing to say. */
function silentNames(program, file) {
  const checker = program.getTypeChecker();
  const says = (symbol) => symbol.getDocumentationComment(checker).length > 0;
  const ofNet = (symbol) =>
    (symbol.declarations ?? []).some((one) => /[\\/](net|index|promises)\.d\.ts$/.test(one.getSourceFile().fileName));
  const silent = [];
  for (const one of checker.getExportsOfModule(
    checker.getSymbolAtLocation(program.getSourceFile(path.join(LIB, file))),
  )) {
    const symbol = one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one;
    if (!says(symbol) && !says(one) && one.name !== 'default' && one.name !== 'promises') silent.push(one.name);
    const types = [];
    if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))
      types.push(checker.getDeclaredTypeOfSymbol(symbol));
    if (symbol.flags & ts.SymbolFlags.Class) types.push(checker.getTypeOfSymbol(symbol));
    for (const member of types.flatMap((type) => checker.getPropertiesOfType(type))) {
      if (member.name !== 'prototype' && ofNet(member) && !says(member)) silent.push(`${one.name}.${member.name}`);
    }
  }
  return silent;
}

describe('comments of the types', function () {
  this.timeout(patience(60000));

  const files = fs.readdirSync(LIB).filter((name) => name.endsWith('.d.ts'));

  it('each name, form of arguments, option, event and field has one, that says since when', () => {
    assert.deepStrictEqual(
      files.flatMap((name) => uncommented(name, fs.readFileSync(path.join(LIB, name), 'utf8'))),
      [],
    );
  });

  it('a name without one, or with one that does not say since when, would be found', () => {
    const found = (text) => uncommented('one.d.ts', text);
    assert.deepStrictEqual(found('/** Since 1. */\nexport interface One {\n  two?: number;\n}'), [
      'one.d.ts: One.two: no comment',
    ]);
    assert.deepStrictEqual(found('/** One. */\nexport function one(): void;'), ['one.d.ts: one: since when?']);
    assert.deepStrictEqual(found('/** Since 1. */\nexport class One {\n  three(): { four: number };\n}'), [
      'one.d.ts: One.three: no comment', 'one.d.ts: One.three.four: no comment',
    ]);
    assert.deepStrictEqual(found('export type One = 1;\nexport const two: 2;'), [
      'one.d.ts: One: no comment',
      'one.d.ts: two: no comment',
    ]);
    assert.deepStrictEqual(
      found('type One = {\n  /** Since 1. */\n  two: 2;\n};\ndeclare const three: unique symbol;'),
      [],
    );
  });

  it('an editor has something to say of every name, those that are as in @types/node included', () => {
    const { program } = compile('tsconfig.commonjs.json');
    for (const file of files) assert.deepStrictEqual(silentNames(program, file), [], file);
  });
});
