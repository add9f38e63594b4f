'use strict';
// The types: what test/types/ does with them compiles, and they name what there is.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const ts = require('typescript');

const net = require('..');
const childProcess = require('../lib/child-process.js');
const { patience } = require('./support/scale');

const DIR = path.join(__dirname, 'types');
const LIB = path.join(__dirname, '..', 'lib');

/** What is wrong with the files of a project, as text. */
function compile(name) {
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
