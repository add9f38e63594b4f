'use strict';

/**
 * The API fuzzer: plays random scenarios (scenario.js) on node:net and on cnet, and compares what happened to each
 * object. What differs is played again, several times on both: only what an object never does on the one and always
 * on the other is a finding. It is cut to the fewest operations that still show it.
 */

const { spawn } = require('node:child_process');
const path = require('node:path');
const readline = require('node:readline');

const { makeScenario } = require('./scenario');

/** How often what differs is played again before it counts, and while it is cut. */
const CONFIRM = 8;
const CONFIRM_CUT = 4;
const LIMIT_MS = 20000;

/** A process that plays scenarios, one after the other; a new one when it has died. */
class Player {
  constructor(which, node) {
    this.which = which;
    this.node = node;
    this.child = null;
  }

  start() {
    this.child = spawn(this.node, ['--no-warnings', path.join(__dirname, 'player.js'), this.which], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.lines = readline.createInterface({ input: this.child.stdout });
    this.child.stdin.on('error', () => {});
  }

  /** @returns {Promise<object>} what happened; `died` when the process has */
  play(scenario) {
    if (this.child === null) this.start();
    const { child, lines } = this;
    return new Promise((resolve) => {
      let timer = null;
      const done = (result) => {
        clearTimeout(timer);
        lines.off('line', onLine);
        child.off('exit', onExit);
        if (result.died) this.child = null;
        resolve(result);
      };
      const onLine = (line) => done(JSON.parse(line));
      const onExit = (code, signal) => done({ died: `the process ended with ${signal ?? code}` });
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        done({ died: 'the scenario did not end' });
      }, LIMIT_MS);
      lines.once('line', onLine);
      child.once('exit', onExit);
      child.stdin.write(`${JSON.stringify(scenario)}\n`);
    });
  }

  stop() {
    this.child?.kill('SIGKILL');
    this.child = null;
  }
}

/* What happened, by object and kind: each is compared for itself, as the order among objects is a matter of timing. */
function partsOf(result) {
  const parts = new Map();
  if (result.died) parts.set('process', result.died);
  for (const kind of ['traces', 'states']) {
    for (const [name, value] of Object.entries(result[kind] ?? {}))
      parts.set(`${kind} of ${name}`, JSON.stringify(value));
  }
  return parts;
}

function differs(a, b) {
  const [mine, nodes] = [partsOf(a), partsOf(b)];
  return [...new Set([...mine.keys(), ...nodes.keys()])].some((key) => mine.get(key) !== nodes.get(key));
}

/**
 * Differences that are meant: docs/differences.md. A reset that the kernel refuses, as end() is on its way: Node never
 * closes such a socket. A write of a connection that failed, which Node sends to the next peer and ends twice.
 */
function isKnown(result) {
  const isClose = (text) => text.startsWith('close ');
  return Object.values(result.traces ?? {}).some((trace) => {
    const [refused, twice] = ['error EINVAL', 'error ERR_MULTIPLE_CALLBACK'].map((text) => trace.indexOf(text));
    return (refused >= 0 && !trace.slice(refused).some(isClose)) || (twice >= 0 && trace.slice(0, twice).some(isClose));
  });
}

const isDisjoint = (a, b) => ![...a].some((value) => b.has(value));

/* Plays a scenario `times` on both: the parts that are never the same. */
async function confirm(players, scenario, times) {
  const seen = players.map(() => []);
  for (let i = 0; i < times; i++) {
    const results = await Promise.all(players.map((player) => player.play(scenario)));
    results.forEach((result, which) => seen[which].push(partsOf(result)));
  }
  const keys = new Set(seen.flat().flatMap((parts) => [...parts.keys()]));
  const found = [];
  for (const key of keys) {
    const [mine, nodes] = seen.map((list) => new Set(list.map((parts) => parts.get(key))));
    if (isDisjoint(mine, nodes)) found.push({ key, cnet: [...mine], node: [...nodes] });
  }
  return found;
}

/* Takes steps, then single operations away as long as the finding stays. */
async function cut(players, scenario) {
  const holds = async (steps) => (await confirm(players, { ...scenario, steps }, CONFIRM_CUT)).length > 0;
  let { steps } = scenario;
  for (let i = steps.length - 1; i >= 0; i--) {
    const fewer = steps.filter((_, index) => index !== i);
    if (await holds(fewer)) steps = fewer;
  }
  for (let i = 0; i < steps.length; i++) {
    for (let j = steps[i].length - 1; j >= 0 && steps[i].length > 1; j--) {
      const fewer = steps.map((step, index) => (index === i ? step.filter((_, at) => at !== j) : step));
      if (await holds(fewer)) steps = fewer;
    }
  }
  return { ...scenario, steps };
}

function report({ scenario, found }) {
  const lines = [
    `api: a difference with --seed ${scenario.seed}: ${JSON.stringify({ ...scenario, steps: undefined })}`,
  ];
  for (const step of scenario.steps) lines.push(`  ${step.map((operation) => JSON.stringify(operation)).join('  ')}`);
  for (const { key, cnet, node } of found) {
    lines.push(`  ${key}:`, `    cnet: ${cnet.slice(0, 2).join(' | ')}`, `    node: ${node.slice(0, 2).join(' | ')}`);
  }
  console.log(lines.join('\n'));
}

/**
 * @param {{ seconds: number, runs: number, seed: number, node: string }} options `runs` scenarios at most, from
 *   `seed` on, on the Node `node`
 * @returns {Promise<{ passed: number, failed: number }>} scenarios that were alike, and those that were not
 */
async function fuzzApi({ seconds, runs, seed, node }) {
  const players = [new Player('cnet', node), new Player('node', node)];
  const end = Date.now() + seconds * 1000;
  const counts = { passed: 0, failed: 0 };

  for (let i = 0; i < runs && Date.now() < end; i++) {
    const scenario = makeScenario(seed + i);
    const [mine, nodes] = await Promise.all(players.map((player) => player.play(scenario)));
    const found = differs(mine, nodes) && !isKnown(nodes) ? await confirm(players, scenario, CONFIRM) : [];
    counts[found.length > 0 ? 'failed' : 'passed']++;
    if (found.length === 0) continue;
    const small = await cut(players, scenario);
    const shown = await confirm(players, small, CONFIRM_CUT);
    report({ scenario: small, found: shown.length > 0 ? shown : found });
  }
  for (const player of players) player.stop();
  return counts;
}

module.exports = { fuzzApi };
