'use strict';

/** What somebody may have meant who has mistyped a name. */

/** How many characters have to be put in, left out or changed to make `b` of `a`. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** Longer words are no names, and would take long to compare. */
const LONGEST = 64;

/**
 * @param {string} word
 * @param {string[]} names
 * @returns {string | undefined} the name that is nearest; undefined: none is near
 */
function nearest(word, names) {
  if (word.length > LONGEST) return undefined;
  const wanted = word.toUpperCase();
  let found;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const steps = distance(wanted, name.toUpperCase());
    if (steps < least) [found, least] = [name, steps];
  }
  return found;
}

module.exports = { distance, nearest };
