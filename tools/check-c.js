'use strict';
// check-c.js: `npm run check:c`: no warning from gcc or clang, no function and no file too long.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { cFiles, cSources, compilerArgs, isForWindows, isOurPlatform } = require('./c-files.js');
const { ensure } = require('./ensure.js');
const { missing, need } = require('./need.js');
const { ROOT, forEachOf, run, tool, works } = require('./run.js');

/** The last one compiles what Windows would, when it is there: nothing else here looks at those paths. */
const COMPILERS = ['gcc', 'clang'];
const WINDOWS_COMPILER = 'x86_64-w64-mingw32-gcc-win32';
const WINDOWS_10 = '-D_WIN32_WINNT=0x0A00';
const HEADER = ['-fsyntax-only', '-Wno-unused-function', '-Wno-pragma-once-outside-header'];
const WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Werror'];
const MAX_FUNCTION_LINES = 60;
const MAX_FILE_LINES = 300;

/* The text with comments, literals and preprocessor lines blanked, line breaks kept: only code braces are left. */
function blank(text) {
  const noise = /\/\*[^]*?\*\/|\/\/.*|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'|^[ \t]*#(?:\\\n|.)*/gm;
  return text.replace(noise, (match) => match.replace(/[^\n]/g, ' '));
}

/**
 * The functions defined in a C text.
 * @param {string} text
 * @returns {{ name: string, line: number, lines: number }[]} `lines`: from the first of the signature to the brace
 */
function functionsOf(text) {
  const code = blank(text);
  const lineAt = (index) => code.slice(0, index).split('\n').length;
  const found = [];
  let depth = 0;
  let start = 0; // where the declaration at hand begins
  let name = null;
  for (let i = 0; i < code.length; i++) {
    if (code[i] === '{' && depth++ === 0) {
      name = /([A-Za-z_]\w*)\s*\([^{}]*\)\s*$/.exec(code.slice(start, i))?.[1] ?? null;
    } else if (code[i] === '}' && --depth === 0) {
      const line = lineAt(start + code.slice(start).search(/\S/));
      if (name !== null) found.push({ name, line, lines: lineAt(i) - line + 1 });
      start = i + 1;
    } else if (code[i] === ';' && depth === 0) {
      start = i + 1;
    }
  }
  return found;
}

function tooLong(file) {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
  const lines = text.split('\n').length - 1;
  const complaints = functionsOf(text)
    .filter((it) => it.lines > MAX_FUNCTION_LINES)
    .map((it) => `${file}:${it.line}: ${it.name}() has ${it.lines} lines, at most ${MAX_FUNCTION_LINES} are allowed`);
  if (file.endsWith('.c') && lines > MAX_FILE_LINES) {
    complaints.push(`${file}: ${lines} lines, at most ${MAX_FILE_LINES} are allowed`);
  }
  return complaints;
}

/* Each header by itself: it includes what it needs. */
const headers = () => cFiles().filter((name) => name.endsWith('.h') && isOurPlatform(name));

/* Compiled with optimisation, and thrown away: some of gcc's warnings come from its optimiser. */
async function compile(compiler, file, more = []) {
  const object = ['-O2', '-c', '-o', process.platform === 'win32' ? 'NUL' : '/dev/null'];
  const { status, output } = await run(compiler, [...WARNINGS, ...compilerArgs(file), ...more, ...object, ...(file.endsWith('.h') ? ['-x', 'c', ...HEADER] : []), file], { quiet: true });
  if (output !== '') console.error(output);
  return status === 0;
}

tool(async () => {
  need(COMPILERS);
  await ensure({ build: false });
  const jobs = COMPILERS.flatMap((compiler) => [...cSources().filter(isOurPlatform), ...headers()].map((file) => [compiler, file]));
  if (works(WINDOWS_COMPILER)) {
    const files = cSources().filter(isForWindows);
    jobs.push(...files.map((file) => [WINDOWS_COMPILER, file, [WINDOWS_10]]));
  } else {
    console.log(`check:c: the paths of Windows were not compiled, ${missing([WINDOWS_COMPILER], ['gcc-mingw-w64-x86-64-win32'])}`);
  }
  const passed = await forEachOf(jobs, os.availableParallelism?.() ?? 2, (job) => compile(...job));
  let failures = passed.filter((whether) => !whether).length;
  const complaints = cFiles().flatMap(tooLong);
  for (const complaint of complaints) console.error(complaint);
  failures += complaints.length;
  const files = cSources().length;
  console.log(failures === 0 ? `check:c: ${files} files, all well` : `check:c: ${failures} complaints`);
  return failures > 0 ? 1 : 0;
});
