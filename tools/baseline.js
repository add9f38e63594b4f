'use strict';
// baseline.js: instructions in a prebuild that not every processor of its architecture has.

const fs = require('node:fs');
const path = require('node:path');

const { run } = require('./run.js');

/**
 * What the first x86-64, the first ARMv8, an ARMv7 with VFPv3-D16, and a POWER8 lack, by the names of a disassembler.
 * `tzcnt` is none of them: it is how `rep bsf` looks, which an older processor takes for `bsf`.
 */
const BEYOND = {
  x64: [
    'v(?!err|erw|mcall)[a-z]\\w+', 'popcnt\\w?', 'crc32\\w?', 'pclmul\\w*', 'aes\\w+', 'sha(1|256)\\w+', 'lzcnt\\w?',
    'andn\\w?', 'bextr\\w?', 'bls(i|r|msk)\\w?', 'bzhi\\w?', 'mulx\\w?', 'pdep\\w?', 'pext\\w?', 'pshufb', 'palignr',
    '(ror|sar|shl|shr)x\\w?', 'pabs[bdw]', 'ph(add|sub)\\w+', 'pmaddubsw', 'pmulhrsw', 'psign[bdw]', 'p?blend\\w+',
    'ptest', 'round[sp][sd]', 'pmov[sz]x\\w+', 'pm(ax|in)(sb|sd|ud|uw)', 'pmul(dq|ld)', 'pinsr[bdq]', 'pextr[bdq]',
    'movbe\\w?', 'rdrand\\w?',
  ],
  arm64: [
    '(cas|swp)[al]*[bh]?', 'ld(add|clr|eor|set|[su]m(ax|in))[al]*[bh]?', 'st(add|clr|eor|set)l?[bh]?', 'crc32\\w+',
    'aes\\w+', 'sha\\d\\w*', 'pmull2?', '[su]dot', 'ldapr\\w*',
  ],
  arm: [
    'v(ld|st)[1-4]\\w*\\.\\d+', 'v\\w+\\.[isu]\\d+',
    'v(and|bic|bsl|dup|eor|ext|mvn|orn|orr|rev|tbl|tbx|zip)\\w*(\\.\\d+)?',
    'vfn?m[as]\\w*\\.f\\d+', '[su]div\\w*', 'crc32\\w+', 'aes\\w+\\.\\d+', 'sha\\d\\w*\\.\\d+',
  ],
  ppc64: [
    'mod[su][wd]', 'maddhdu?', 'maddld', '(lxv|stxv)(x|ll?|b16x|h8x|p\\w*)?', 'setbc?r?', 'setnbcr?', 'cnttz[wd]\\.?',
    'extswsli\\.?', 'darn', 'addpcis', 'subpcis', 'lnia', 'cmprb', 'cmpeqb', 'mtvsr(dd|ws)', 'mfvsrld', 'br[hwd]',
    'xx(permr?|insertw|extractuw|spltib|br[hwdq])', 'xs\\w+qpo?', 'xv[ft]\\w*dc[sd]p', 'xvi\\d+ger\\w*',
    'vcmpnez?[bhw]\\.?', 'v(extract|insert)\\w+', 'vneg[wd]', 'vctz\\w+', 'vabsdu[bhw]', 'vbpermd', 'vprtyb[wdq]',
    'vrl[wd](nm|mi)', 'vs[lr]v', 'copy', 'paste\\.', 'p(l|st)(b|[hwd]z?|w?a|fs|fd|xv\\w*|q|xs[ds]p?)', 'pl?i', 'paddi', 'pla',
  ],
};

/**
 * What else tells of them: registers; and what a disassembler does not know, as that of LLVM 14 knows the first ARMv8
 * alone.
 */
const SIGNS = { arm: /\b(?:q\d+|d(?:1[6-9]|2\d|3[01]))\b(?!:)/g, arm64: /<unknown>/g };

/** Of which a disassembler can be told the processor: the least that we want, and the newest that each LLVM knows. */
const PROCESSORS = { s390x: ['z13', 'z15'] };

/** A line of a disassembler, without what may stand before the instruction. */
const LINE = /^ *[0-9a-f]+:\s+(?:(?:lock|rep[nz]*|data16|notrack|bnd)\s+)*([a-z][\w.]*)/gm;

function disassembler(arch) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders.flatMap((dir) => {
    try {
      const names = fs.readdirSync(dir).filter((name) => /^llvm-objdump(-\d+)?$/.test(name));
      return names.map((name) => path.join(dir, name));
    } catch {
      return [];
    }
  });
  return found[0] ?? (arch === process.arch && process.platform === 'linux' ? 'objdump' : null);
}

/* What a disassembler prints, a line for each instruction; null: it does not know the file. */
async function disassembled(program, file, more = []) {
  const { status, output } = await run(program, ['-d', '--no-show-raw-insn', ...more, file], { quiet: true });
  return status === 0 ? output.split('\n') : null;
}

/* The instructions that the disassembler knows of the newer processor alone. What it knows of neither is data. */
async function ofNewer(program, file, [least, newest]) {
  const known = await disassembled(program, file, [`--mcpu=${newest}`]);
  const lines = await disassembled(program, file, [`--mcpu=${least}`]);
  if (known === null || lines?.length !== known.length || known.length < 1000) return null;
  const news = known.filter((line, i) => /<unknown>/.test(lines[i]) && !/<unknown>/.test(line));
  return [...new Set(news.map((line) => line.trim().split(/\s+/)[1]))].sort();
}

/**
 * The instructions of a file that the least processor of its architecture does not have.
 * @param {string} file
 * @param {string} arch as process.arch
 * @returns {Promise<string[] | null>} null: it cannot be told here
 */
async function beyondBaseline(file, arch) {
  const program = disassembler(arch);
  if (program === null) return null;
  if (PROCESSORS[arch] !== undefined) return ofNewer(program, file, PROCESSORS[arch]);
  const output = BEYOND[arch] === undefined ? undefined : (await disassembled(program, file))?.join('\n');
  if (output === undefined) return null;
  const names = [...output.matchAll(LINE)].map(([, name]) => name);
  if (names.length < 1000) return null; // no code of ours is so short: the lines look otherwise
  const whole = new RegExp(`^(?:${BEYOND[arch].join('|')})$`);
  const signs = SIGNS[arch] === undefined ? [] : output.match(SIGNS[arch]) ?? [];
  return [...new Set([...names.filter((name) => whole.test(name)), ...signs])].sort();
}

module.exports = { beyondBaseline };
