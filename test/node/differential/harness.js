'use strict';

const fs = require('fs');
const path = require('path');
const { spawn } = require('child_process');
const { Context } = require('./context');
const { patience } = require('../../support/scale');

const SCENARIOS = path.join(__dirname, 'scenarios');
const RECORD = path.join(__dirname, 'newest.json');
const SUBJECT = process.env.CNET_DIFFERENTIAL_SUBJECT ?? path.join(__dirname, '..', '..', '..');
const DEADLINE = patience(8000);
const MAJOR = Number(process.versions.node.split('.')[0]);

/** The line that it behaves as: the first releases of the newest ones lack what came within them. */
const LINE = MAJOR < 24 || require('node:net').BoundSocket !== undefined ? MAJOR : 23;

/**
 * A scenario: `{ title, run(t) }` and, if needed,
 * `isolate`   to run in a process of its own, with `flags`, `env` and `input` (bytes for its standard input);
 * `newest`    why older lines of Node behave otherwise, with `since`, the first line that behaves as the newest does:
 *             on older lines the trace is compared with the one recorded on the newest line (newest.json);
 * `from`      the first line that can run it;
 * `mistake`   a line of Node's trace that is Node's own mistake and that nobody shall repeat;
 * `stderr`    false where what an isolated process prints is not compared;
 * `files`     it asks for paths that are files, as they are not on Windows.
 */

/**
 * All scenarios, by theme: the name of the file.
 * @returns {Array<{ theme: string, file: string, scenarios: object[] }>}
 */
function themes() {
  return fs.readdirSync(SCENARIOS).filter((name) => name.endsWith('.js')).sort().map((name) => {
    const file = path.join(SCENARIOS, name);
    return { theme: path.basename(name, '.js'), file, scenarios: require(file) };
  });
}

/** The module by its name: `node:net`, or a path. */
function load(name) { return require(name); }

/** Node 18 has no events of connection attempts: there they are left out, except where the newest line is the model. */
function context(scenario, name) {
  return new Context(load(name), { attempts: MAJOR >= 20 || Boolean(scenario.newest) });
}

/**
 * Runs `work` while uncaught exceptions and rejections go to `report` and to nobody else.
 */
async function guarded(report, work) {
  const events = ['uncaughtException', 'unhandledRejection'];
  const saved = events.map((event) => [event, process.rawListeners(event)]);
  for (const event of events) {
    process.removeAllListeners(event);
    process.on(event, (error) => report(event, error));
  }
  try {
    return await work();
  } finally {
    for (const [event, listeners] of saved) {
      process.removeAllListeners(event);
      for (const listener of listeners) process.on(event, listener);
    }
  }
}

/**
 * Runs a scenario in this process.
 * @param {object} scenario
 * @param {string} name the module: `node:net` or a path
 * @returns {Promise<{ lanes: Object<string, string[]>, failure: string|null }>}
 */
async function runHere(scenario, name) {
  const t = context(scenario, name);
  let timer;
  let failure = null;
  const deadline = new Promise((resolve) => {
    timer = setTimeout(() => { failure = 'did not end in time'; resolve(); }, (scenario.deadline === undefined ? DEADLINE : patience(scenario.deadline)));
  });
  await guarded((event, error) => t.log(event, error), async () => {
    const work = Promise.resolve().then(() => scenario.run(t)).catch((error) => {
      failure = `run() rejected: ${error?.stack ?? error}`;
    });
    await Promise.race([work, t.finished, deadline]);
    clearTimeout(timer);
    await t.tidy();
  });
  return { lanes: t.trace.render(t.temp.dir), failure };
}

function collect(stream) {
  const chunks = [];
  stream?.on('data', (chunk) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** What a crash prints, without the places in the source, and without ports and directories. */
function withoutPlaces(stderr) {
  const text = stderr.replace(/\b\d{5}\b/g, (digits) => (digits >= 32768 && digits < 65535 ? 'PORT' : digits))
    .replace(/\/[\w/]*cnet-\w{6}/g, 'TMP');
  const lines = text.split('\n').filter((line) => !/^\s+at |^Node\.js v|^\s*$/.test(line));
  const first = lines.findIndex((line) => /^\S*Error\b|^Uncaught|^Error/.test(line));
  return first < 0 ? lines : lines.slice(first);
}

/**
 * Runs a scenario in a process of its own, which lives as long as its event loop does. Its exit code, its signal and
 * what it printed are lanes of the trace.
 */
async function runApart(scenario, name, file) {
  const out = path.join(fs.mkdtempSync(path.join(require('os').tmpdir(), 'cnet-')), 'trace.json');
  const args = [...(scenario.flags ?? []), path.join(__dirname, 'child.js'), file, scenario.title, name, out];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...scenario.env }, stdio: 'pipe' });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => {});
  if (scenario.input !== undefined) child.stdin.end(scenario.input);
  const timer = setTimeout(() => child.kill('SIGKILL'), (scenario.deadline === undefined ? DEADLINE : patience(scenario.deadline)));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...how) => resolve(how));
  });
  clearTimeout(timer);
  const written = fs.existsSync(out) ? JSON.parse(fs.readFileSync(out, 'utf8')) : { lanes: {}, failure: null };
  fs.rmSync(path.dirname(out), { recursive: true, force: true });
  const lanes = { ...written.lanes };
  if (scenario.apart && code !== 0) written.failure = `exit code ${code}\n${stderr()}`;
  if (!scenario.apart) {
    Object.assign(lanes, { exit: [`code ${code} signal ${signal}`], stdout: stdout().split('\n') });
    if (scenario.stderr !== false) lanes.stderr = withoutPlaces(stderr());
  }
  return { lanes, failure: signal ? `killed by ${signal}\n${stderr()}` : written.failure };
}

/**
 * Runs a scenario on one module.
 * @param {object} scenario
 * @param {string} name `node:net` or a path
 * @param {string} file the file of the scenario
 */
function run(scenario, name, file) {
  return scenario.isolate ? runApart(scenario, name, file) : runHere(scenario, name);
}

/**
 * Why this line of Node cannot run it, here; null: it can. What is recorded is the record of Linux, where errors have
 * other numbers than elsewhere; and `files` asks for paths that are files.
 */
function whyNot(scenario) {
  if (scenario.files && process.platform === 'win32') return 'pipes have no files on Windows';
  if (MAJOR < (scenario.from ?? 0)) return 'not with this Node';
  const isHere = process.platform === 'linux' || modelIsHere(scenario);
  return isHere ? null : 'this Node is older than the model, whose record is of Linux';
}

const runnable = (scenario) => whyNot(scenario) === null;

/** Is Node's own module on this line the model, or the trace recorded on the newest line? */
function modelIsHere(scenario) { return !scenario.newest || LINE >= scenario.since; }

function recorded() { return fs.existsSync(RECORD) ? JSON.parse(fs.readFileSync(RECORD, 'utf8')) : {}; }

function withoutMistakes({ mistake }, result) {
  if (!mistake) return result;
  const lanes = {};
  for (const [name, lines] of Object.entries(result.lanes)) lanes[name] = lines.filter((line) => !mistake.test(line));
  return { ...result, lanes };
}

/**
 * What the module under test must do.
 */
async function model(scenario, theme, file) {
  if (modelIsHere(scenario)) return withoutMistakes(scenario, await run(scenario, 'node:net', file));
  const lanes = recorded()[`${theme}: ${scenario.title}`];
  if (!lanes) return { lanes: {}, failure: 'nothing recorded: node run.js --record' };
  return withoutMistakes(scenario, { lanes, failure: null });
}

/** The scenario on the model and on the module under test. */
async function compare(scenario, theme, file, subject = SUBJECT) {
  const expected = await model(scenario, theme, file);
  const actual = await run(scenario, subject, file);
  return { expected, actual };
}

module.exports = { themes, run, runHere, context, compare, runnable, whyNot, recorded, RECORD, SUBJECT };
