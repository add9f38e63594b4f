'use strict';
// Compiles the files of this folder as a program would, with a TypeScript and a @types/node.

const fs = require('node:fs');
const path = require('node:path');

/** What `uses.ts` asks for by path, and its name in the package. */
const NAMES = [
  ["'../../lib/child-process.js'", "'cnet/child-process'"],
  ["'../../lib/promises.js'", "'cnet/promises'"],
  ["'../../lib/proxy-protocol.js'", "'cnet/proxy-protocol'"],
  ["'../../lib/register.js'", "'cnet/register'"],
  ["'../../lib/register-http.js'", "'cnet/register-http'"],
  ["'../../'", "'cnet'"],
];

/** How programs find packages, and the files that go with it: ES modules, CommonJS, or what may be either. */
const MODES = {
  node10: { options: { module: 'commonjs', moduleResolution: 'node10' }, files: ['uses.ts', 'events.ts'] },
  node16: {
    options: { module: 'node16', moduleResolution: 'node16' },
    files: ['uses.ts', 'events.mts', 'module.mts', 'required.cts'],
  },
  nodenext: {
    options: { module: 'nodenext', moduleResolution: 'nodenext' },
    files: ['uses.ts', 'events.mts', 'module.mts', 'required.cts'],
  },
  'nodenext, verbatimModuleSyntax': {
    options: { module: 'nodenext', moduleResolution: 'nodenext', verbatimModuleSyntax: true },
    files: ['events.mts', 'module.mts', 'required.cts'],
  },
  'bundler, verbatimModuleSyntax': {
    options: { module: 'esnext', moduleResolution: 'bundler', verbatimModuleSyntax: true },
    files: ['events.ts', 'module.mts'],
  },
};

/**
 * The options of a mode, as of a tsconfig.json. `types` is empty: the types of cnet ask for those of Node themselves.
 */
function optionsOf(mode, version) {
  const { options } = MODES[mode];
  const old = mode === 'node10' && Number.parseInt(version) === 6 ? { ignoreDeprecations: '6.0' } : {};
  return {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'es2022',
    types: [],
    ...options,
    ...old,
  };
}

/** Puts the files into a project, with the names of the package. */
function fillProject(dir) {
  for (const name of ['uses.ts', 'events.ts', 'module.mts', 'required.cts']) {
    const text = fs.readFileSync(path.join(__dirname, name), 'utf8');
    fs.writeFileSync(path.join(dir, name), NAMES.reduce((all, [from, to]) => all.replaceAll(from, to), text));
  }
  fs.copyFileSync(path.join(dir, 'events.ts'), path.join(dir, 'events.mts'));
  fs.writeFileSync(
    path.join(dir, 'alone.ts'),
    "import * as net from 'node:net';\n\nexport const kind: number = net.isIP('');\n",
  );
}

/** A host of compilers that reads what is in no project once for all of them. */
function makeHost(ts, options, dir, kept) {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getCurrentDirectory = () => dir;
  host.getSourceFile = (name, how, ...rest) => {
    if (!name.endsWith('.d.ts') || name.startsWith(dir)) return read(name, how, ...rest);
    const key = `${name} ${how.impliedNodeFormat} ${options.moduleResolution}`;
    if (!kept.has(key)) kept.set(key, read(name, how, ...rest));
    return kept.get(key);
  };
  return host;
}

/**
 * What is wrong with files of a project, each problem as text.
 * @param {object} ts a TypeScript with the API of 5 and 6
 * @param {string} dir of the project
 * @param {{ mode: string, files?: string[], kept?: Map<string, object>, all?: boolean, options?: object }} what
 *   `kept`: for what several calls read in common; `all`: what is wrong in files of others too, such as those of
 *   @types/node
 */
function compile(ts, dir, { mode, files = MODES[mode].files, kept = new Map(), all = false, options: more = {} }) {
  const { options, errors } = ts.convertCompilerOptionsFromJson({ ...optionsOf(mode, ts.version), ...more }, dir);
  const program = ts.createProgram(
    files.map((name) => path.join(dir, name)),
    options,
    makeHost(ts, options, dir, kept),
  );
  const own = (file) =>
    /[\\/]cnet[\\/]lib[\\/]/.test(file.fileName) || path.dirname(path.resolve(file.fileName)) === path.resolve(dir);
  const checked = all ? [undefined] : program.getSourceFiles().filter(own);
  const found = [
    ...errors, ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(),
    ...checked.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ];
  return { program, problems: [...new Set(found.map((one) => textOf(ts, dir, one)))] };
}

function textOf(ts, dir, { file, start, messageText }) {
  const text = ts.flattenDiagnosticMessageText(messageText, ' ');
  if (!file) return text;
  return `${path.relative(dir, file.fileName)}(${file.getLineAndCharacterOfPosition(start).line + 1}): ${text}`;
}

module.exports = { MODES, compile, fillProject, optionsOf };
