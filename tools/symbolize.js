'use strict';
// symbolize.js: names the frames that a sanitizer told as `#1 0x7f... (file+0x1234)`. Asked for them itself, it reads
// the symbols of all of Node again in each process that ends, which takes seconds.

const { run } = require('./run.js');

const FRAME = /^(\s*#\d+ 0x[0-9a-f]+) +\((.+?)\+(0x[0-9a-f]+)\)/gm;
const AT_ONCE = 2000; // addresses in a command line

/* `file` → the addresses in it that `texts` name. */
function collect(texts) {
  const files = new Map();
  for (const [, , file, address] of texts.flatMap((text) => [...text.matchAll(FRAME)])) {
    if (!files.has(file)) files.set(file, new Set());
    files.get(file).add(address);
  }
  return files;
}

/* addr2line prints two lines for each address: the function, and the source file with the line. */
async function nameAll(file, addresses) {
  const names = new Map();
  for (let at = 0; at < addresses.length; at += AT_ONCE) {
    const some = addresses.slice(at, at + AT_ONCE);
    const { status, output } = await run('addr2line', ['-f', '-C', '-e', file, ...some], { quiet: true });
    if (status !== 0) continue; // a file that has gone: its frames stay numbers
    const lines = output.split('\n').filter((line) => !line.startsWith('addr2line: '));
    some.forEach((address, i) => names.set(address, `in ${lines[2 * i]} ${lines[2 * i + 1]}`));
  }
  return names;
}

/**
 * Gives the frames in `texts` their function, source file and line.
 * @param {string[]} texts
 * @returns {Promise<string[]>}
 */
async function symbolize(texts) {
  const names = new Map();
  for (const [file, addresses] of collect(texts)) names.set(file, await nameAll(file, [...addresses]));
  const nameOf = (file, address) => names.get(file).get(address) ?? '';
  return texts.map((text) =>
    text.replace(FRAME, (all, head, file, at) => `${head} ${nameOf(file, at)} (${file}+${at})`),
  );
}

module.exports = { symbolize };
