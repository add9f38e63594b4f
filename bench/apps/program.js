'use strict';
// program.js: what the servers and clients share: `node [-r cnet/register] servers/NAME.js OPTIONS`, OPTIONS in JSON.
// A program answers each line on its standard input with one line of JSON; the end of the input ends it.
//   mark    the time, its CPU time and its garbage collections so far
//   heap    the bytes of its heap that are in use
//   run N   a client does N operations, and then says { "done": N }; a load generator that ends by the clock does as
// many as it can

const { PerformanceObserver, constants, performance } = require('node:perf_hooks');
const readline = require('node:readline');

/** The scenario's options, and for a client the `port` of the server. */
const options = JSON.parse(process.argv[2] ?? '{}');

/**
 * Milliseconds for which servers of http keep a connection without a request. Under callgrind, more than the 5 s of
 * Node may lie between two parts of the operations.
 */
const KEEP_ALIVE = 60_000;

const { NODE_PERFORMANCE_GC_MINOR: MINOR, NODE_PERFORMANCE_GC_MAJOR: MAJOR } = constants;

const collections = { minor: 0, major: 0, pause: 0 };

function count(entries) {
  for (const { detail, duration } of entries) {
    if (detail.kind === MINOR) collections.minor++;
    if (detail.kind === MAJOR) collections.major++;
    collections.pause += duration;
  }
}

const observer = new PerformanceObserver((list) => count(list.getEntries()));
observer.observe({ entryTypes: ['gc'] });

/** Writes one line of JSON. @param {object} value */
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

/* An observer is told of a collection some turns later: what it has not been told yet is taken here. */
function mark() {
  count(observer.takeRecords());
  const { user, system } = process.cpuUsage();
  say({ time: performance.now(), user, system, ...collections });
}

/* What a mark-compact collection has to go through. */
function tellHeap() {
  globalThis.gc();
  say({ heap: process.memoryUsage().heapUsed });
}

/**
 * Obeys the lines of the standard input.
 * @param {(times: number) => Promise<number>} [run] a client's operations, so many; gives how many there were
 */
function obeyBy(run) {
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const [command, times] = line.split(' ');
    if (command === 'mark') mark();
    else if (command === 'heap') tellHeap();
    else run(Number(times)).then((done) => say({ done }), (err) => say({ error: err.stack }));
  });
  lines.on('close', () => process.exit());
}

/**
 * The same for a client whose operations are functions of its own.
 * @param {() => Promise<void>} [operate] one operation
 * @param {number} [atOnce] how many of them run at a time
 */
function obey(operate, atOnce = 1) {
  obeyBy(async (times) => {
    let left = times;
    const goOn = async () => {
      while (left-- > 0) await operate();
    };
    await Promise.all(Array.from({ length: atOnce }, goOn));
    return times;
  });
}

module.exports = { KEEP_ALIVE, obey, obeyBy, options, say };
