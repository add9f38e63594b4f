'use strict';

/**
 * What tells that something was written: on an I/O thread it comes when the kernel has had the bytes, which is a
 * message between two threads later than with node:net, whose first try is within write().
 */
const WRITTEN = /^(written|ended|finish|drain)\b/;

/** How much waits, and which of two connections is first. */
const MOMENTS = 'moments';

const DRAIN = /^drain\b/;

/**
 * The lanes of a trace with what tells of writing in lanes of its own: each is compared in its order, and not where it
 * stands among the other events; 'drain' comes before or behind the callback of a write. The indented lines behind an
 * event say in which state the socket was then. What depends on a moment is left out.
 * @param {{ lanes: Object<string, string[]>, failure: string | null }} trace
 * @returns {{ lanes: Object<string, string[]>, failure: string | null }}
 */
function withWritingApart({ lanes, failure }) {
  const apart = {};
  for (const [name, lines] of Object.entries(lanes)) {
    if (name === MOMENTS) continue;
    const rest = apart[name] = [];
    const writing = [];
    const drains = [];
    let isState = false; // of an event of the writing, which depends on its moment
    for (const line of lines) {
      isState &&= line.startsWith('  ');
      if (isState) continue;
      isState = WRITTEN.test(line);
      const written = DRAIN.test(line) ? drains : writing;
      (isState ? written : rest).push(line);
    }
    if (writing.length > 0) apart[`${name}, writing`] = writing;
    if (drains.length > 0) apart[`${name}, drain`] = drains;
  }
  return { lanes: apart, failure };
}

module.exports = { withWritingApart };
