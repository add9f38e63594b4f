'use strict';

/** The longest common subsequence's table: how much two lists have in common from each place on. */
function table(a, b) {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      rows[i][j] = a[i] === b[j] ? rows[i + 1][j + 1] + 1 : Math.max(rows[i + 1][j], rows[i][j + 1]);
    }
  }
  return rows;
}

function diffLines(a, b) {
  const rows = table(a, b);
  const out = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) out.push(`    ${a[i++]}`, ...(j++, []));
    else if (j >= b.length || (i < a.length && rows[i + 1][j] >= rows[i][j + 1])) out.push(`  - ${a[i++]}`);
    else out.push(`  + ${b[j++]}`);
  }
  return out;
}

/**
 * The differences of two results, lane by lane: `-` is what the model does, `+` what the other one does.
 * @returns {string} empty when both are equal and none failed
 */
function diff(expected, actual) {
  const out = [];
  if (expected.failure) out.push(`model: ${expected.failure}`);
  if (actual.failure) out.push(`subject: ${actual.failure}`);
  for (const lane of [...new Set([...Object.keys(expected.lanes), ...Object.keys(actual.lanes)])].sort()) {
    const a = expected.lanes[lane] ?? [];
    const b = actual.lanes[lane] ?? [];
    if (a.join('\n') !== b.join('\n')) out.push(`lane ${lane}:`, ...diffLines(a, b));
    else if (expected.failure || actual.failure) out.push(`lane ${lane}:`, ...a.map((line) => `    ${line}`));
  }
  return out.join('\n');
}

module.exports = { diff };
