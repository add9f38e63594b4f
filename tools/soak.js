'use strict';
// soak.js: `npm run soak -- [--minutes N] [--crowd N] [--sequence N] [--seed N]`: a server of cnet under long load,
// and what it costs: memory, descriptors and handles have to be flat at the end, and what hostile peers make it hold,
// bounded. By hand, or nightly. The last line is `N passed, N failed`.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const { ensure } = require('./ensure.js');
const { ROOT, ToolError, tool } = require('./run.js');
const { summary } = require('./mocha.js');

const USAGE = 'usage: npm run soak -- [--minutes N] [--crowd connections at once] [--sequence connections] [--seed N]';
const MB = 1024 * 1024;
const SAMPLES = 20;

/**
 * What may come on top over a whole phase: the noise of allocators and of the garbage collector, not a leak's slope.
 */
const NOISE = { rss: 24 * MB, heap: 3 * MB, external: MB, descriptors: 3, handles: 0 };

/**
 * The server fills up to the high water mark of a socket and one chunk of 16 KiB; the rest is objects and native
 * memory.
 */
const QUEUE_MAX = 64 * 1024 + 16 * 1024;
const SILENT_MAX = 16 * 1024;
const DEAF_MAX = 320 * 1024;

/* A child process that answers each message with one. All descriptors that the system allows are its own. */
class Helper {
  constructor(file, args) {
    const command = [process.execPath, '--expose-gc', path.join(ROOT, 'test', 'robustness', 'soak', file), ...args];
    this.child = spawn('sh', ['-c', 'ulimit -n "$(ulimit -Hn)"; exec "$@"', 'sh', ...command], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child.on('exit', (code, signal) => {
      if (!this.ended) throw new ToolError(`${file} ended with ${signal ?? code}`);
    });
  }

  async next() {
    const [message] = await once(this.child, 'message');
    return message;
  }

  ask(message) {
    this.child.send(message);
    return this.next();
  }

  end() {
    this.ended = true;
    this.child.disconnect();
  }
}

/* The growth over all samples, by the straight line that fits them best. */
function growth(values) {
  const n = values.length;
  const middle = (n - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const slope =
    values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) /
    values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return slope * (n - 1);
}

const mega = (bytes) => `${(bytes / MB).toFixed(1)} MB`;
const shown = (key, value) =>
  ['descriptors', 'handles', 'connections'].includes(key) ? `${Math.round(value)}` : mega(value);

/* Of one connection: what the process has grown by, or JavaScript, where that took memory which was there already. */
function costOfEach(before, full) {
  const script = full.heap + full.external - before.heap - before.external;
  return Math.max(full.rss - before.rss, script) / full.connections;
}

class Soak {
  constructor(options) {
    this.options = options;
    this.counts = { passed: 0, failed: 0 };
  }

  judge(what, ok, figure) {
    this.counts[ok ? 'passed' : 'failed']++;
    console.log(`  ${ok ? 'ok  ' : 'FAIL'} ${what}: ${figure}`);
  }

  client(command, more = {}) {
    return this.clients.ask({ command, ...more }).then(({ result }) => result);
  }

  sample(message = {}) {
    return this.server.ask({ sample: true, ...message });
  }

  /*
   * The kernel tells the client that it is connected before the server has accepted, and ends come later than they
   * were sent.
   */
  async until(isRight) {
    for (let i = 0; i < 500; i++) {
      const sample = await this.sample();
      if (isRight(sample)) return sample;
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    return this.sample();
  }

  quiet() {
    return this.until((sample) => sample.connections === 0);
  }

  /* The first third is warming up. */
  flat(samples) {
    const last = samples.slice(Math.ceil(samples.length / 3));
    for (const [key, noise] of Object.entries(NOISE)) {
      const more = growth(last.map((sample) => sample[key]));
      const figure = `${shown(key, last[0][key])} to ${shown(key, last[last.length - 1][key])}, slope ${shown(key, more)}`;
      this.judge(key, more <= noise, figure);
    }
  }

  async sequence() {
    const samples = [];
    for (let i = 0; i < SAMPLES; i++) {
      await this.client('sequence', { count: Math.ceil(this.options.sequence / SAMPLES) });
      samples.push(await this.quiet());
    }
    this.flat(samples);
  }

  async mixed() {
    const samples = [];
    let lives = 0;
    for (let i = 0; i < SAMPLES; i++) {
      lives += await this.client('mixed', { ms: this.options.ms / 3 / SAMPLES });
      samples.push(await this.quiet());
    }
    console.log(`  ${lives} connections came and went`);
    this.flat(samples);
  }

  async crowd() {
    const samples = [];
    for (let i = 0; i < 4; i++) {
      const before = await this.quiet();
      const count = await this.client('crowd', { count: this.options.crowd });
      const answered = await this.client('pingAll');
      const full = await this.sample();
      if (i === 0) {
        this.judge(
          'connections at once',
          count === this.options.crowd && answered === count && full.connections === count,
          full.connections,
        );
        console.log(`       ${(costOfEach(before, full) / 1024).toFixed(1)} KiB each in the server`);
      }
      await this.client('leave');
      samples.push(await this.quiet());
    }
    const [first, last] = [samples[1], samples[samples.length - 1]];
    for (const [key, noise] of Object.entries(NOISE)) {
      this.judge(
        key,
        last[key] - first[key] <= noise,
        `${shown(key, first[key])} to ${shown(key, last[key])} when all have gone`,
      );
    }
  }

  /* What each of many such peers costs, and that all of it comes back. */
  async hostile(command, mode, limit, count, more = {}) {
    await this.sample({ mode });
    const before = await this.quiet();
    await this.client(command, { count, ...more });
    const full = await this.until((sample) => sample.connections === count);
    const each = costOfEach(before, full);
    this.judge('connections', full.connections === count, full.connections);
    this.judge('memory of each', each <= limit, `${(each / 1024).toFixed(1)} KiB, at most ${limit / 1024}`);
    this.judge('longest queue', full.queued <= QUEUE_MAX, `${full.queued} bytes`);
    await this.client('leave');
    await this.sample({ destroy: true });
    const after = await this.quiet();
    this.judge(
      'descriptors',
      after.descriptors - before.descriptors <= NOISE.descriptors,
      `${before.descriptors} to ${after.descriptors}`,
    );
    this.judge('handles', after.handles === before.handles, `${before.handles} to ${after.handles}`);
    await this.sample({ mode: 'echo' });
  }

  async run() {
    this.server = new Helper('server.js', []);
    const { port } = await this.server.next();
    this.clients = new Helper('clients.js', [String(port), String(this.options.seed)]);
    const some = Math.ceil(this.options.crowd / 4);
    const few = Math.ceil(this.options.crowd / 40); // the kernel holds megabytes for each that does not read
    const trickle = { ms: Math.min(10000, this.options.ms / 10) };
    const phases = [
      [`${this.options.sequence} connections in sequence`, () => this.sequence()],
      [`${this.options.crowd} connections at once, four times`, () => this.crowd()],
      ['mixed traffic with random kills', () => this.mixed()],
      ['peers that never send', () => this.hostile('crowd', 'keep', SILENT_MAX, some)],
      ['peers that half-close, and stay', () => this.hostile('halfOpen', 'keep', SILENT_MAX, some)],
      ['peers that write single bytes', () => this.hostile('trickle', 'echo', 4 * SILENT_MAX, some, trickle)],
      ['peers that never read', () => this.hostile('deaf', 'flood', DEAF_MAX, few)],
    ];
    for (const [title, work] of phases) {
      const began = Date.now();
      console.log(title);
      await work();
      console.log(`  (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    }
    this.server.end();
    this.clients.end();
    return this.counts;
  }
}

function readArguments(args) {
  const options = { minutes: 5, crowd: 10000, sequence: 0, seed: 1 };
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, '');
    const value = Number(args[i + 1]);
    if (!Object.hasOwn(options, name) || !(value > 0)) throw new ToolError(USAGE);
    options[name] = value;
  }
  options.ms = options.minutes * 60000;
  options.sequence ||= Math.round(options.minutes * 40000); // about a third of the time; 1,000,000 by --sequence
  return options;
}

tool(async () => {
  const options = readArguments(process.argv.slice(2));
  await ensure();
  const counts = await new Soak(options).run();
  console.log(summary(counts));
  return counts.failed > 0 ? 1 : 0;
});
