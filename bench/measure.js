'use strict';
// measure.js: one run of one scenario with one driver, each process a fresh one.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { MEASURED, OTHER, Process } = require('./processes.js');
const { program } = require('./native.js');

/** Seconds that a process may take for each step, beside the time that is measured. */
const PATIENCE = 30;

const flags = (options) => Object.entries(options).map(([name, value]) => `--${name}=${value}`);

const folders = [];

function temporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-bench-'));
  folders.push(folder);
  return folder;
}

function removeFolders() {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
}

process.on('exit', removeFolders);

/*
 * Starts the processes that `work` asks for, and stops all of them when it ends; what they said is added to an error.
 */
async function withProcesses(work) {
  const started = [];
  const start = (cpu, command) => {
    const child = new Process(cpu, command);
    started.push(child);
    return child;
  };
  const stopAll = () => Promise.all(started.map((child) => child.stop()));
  try {
    return await work(start);
  } catch (err) {
    await stopAll();
    throw new Error([err.message, ...started.map((child) => child.errors.trim())].filter(Boolean).join('\n'), {
      cause: err,
    });
  } finally {
    await stopAll();
  }
}

async function startServer(start, command) {
  const server = start(MEASURED, command);
  const { port } = await server.next(PATIENCE);
  return { server, port };
}

/* The server behind the one that is measured, if there is to be one: its port, as an option. */
async function startBackEnd(start, scenario) {
  if (scenario.backEnd === undefined) return {};
  const { port } = await start(OTHER, [program('epoll-server'), ...flags(scenario.backEnd)]).next(PATIENCE);
  return { backEnd: port };
}

function measureServer(scenario, makeCommand, { warmup, seconds }) {
  return withProcesses(async (start) => {
    const unix = scenario.unix ? { path: path.join(temporaryFolder(), 'socket') } : {};
    const backEnd = await startBackEnd(start, scenario);
    const { server, port } = await startServer(start, makeCommand({ ...scenario.options, ...unix, ...backEnd }));
    const options = { ...scenario.load, port, ...unix, warmup, seconds, pid: server.pid };
    const load = start(OTHER, [program('load'), ...flags(options)]);
    return load.next(PATIENCE + warmup + seconds);
  });
}

function measureClient(scenario, makeCommand, { warmup, seconds }) {
  return withProcesses(async (start) => {
    const server = start(OTHER, [program('epoll-server'), ...flags(scenario.load)]);
    const { port } = await server.next(PATIENCE);
    const client = start(MEASURED, makeCommand({ ...scenario.options, port, warmup, seconds }));
    return client.next(PATIENCE + warmup + seconds);
  });
}

/* What a process uses: told by itself after a garbage collection, or by the kernel. */
/* `file`: the part of the RSS that is pages of the program and its libraries. */
async function memory(child, isNative) {
  if (!isNative) child.tell('memory');
  const told = isNative ? {} : await child.next(PATIENCE);
  const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const bytes = (name) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)[1]) * 1024;
  return { rss: bytes('VmRSS'), ...told, file: bytes('RssFile') };
}

function measureMemory(scenario, makeCommand, _settings, isNative) {
  return withProcesses(async (start) => {
    const { server, port } = await startServer(start, makeCommand(scenario.options));
    const before = await memory(server, isNative);
    const load = start(OTHER, [program('load'), ...flags({ ...scenario.load, port })]);
    const { idle } = await load.next(PATIENCE);
    const after = await memory(server, isNative);
    const each = (name) => (after[name] - before[name]) / idle;
    if (isNative) return { rss: each('rss') };
    return { rss: each('rss'), heap: each('heapUsed'), young: each('young'), file: each('file'), base: before.rss };
  });
}

function measureMicro(scenario, makeCommand, { warmup, seconds }) {
  return withProcesses((start) => {
    const child = start(MEASURED, makeCommand({ ...scenario.options, warmup, seconds }));
    return child.next(2 * PATIENCE + warmup + seconds);
  });
}

const KINDS = { server: measureServer, client: measureClient, memory: measureMemory, micro: measureMicro };

/**
 * @param {object} scenario
 * @param {object} driver
 * @param {{ warmup: number, seconds: number }} settings
 * @returns {Promise<object | null>} what was measured, or `error`; null: the driver has no such scenario
 */
async function measure(scenario, driver, settings) {
  const makeCommand = (options) => driver.command(scenario, options);
  if (makeCommand(scenario.options) === null) return null;
  const warmup = settings.warmup * (scenario.warmups ?? 1);
  try {
    return await KINDS[scenario.kind](scenario, makeCommand, { ...settings, warmup }, driver.name === 'epoll');
  } catch (err) {
    return { error: err.message };
  } finally {
    removeFolders();
  }
}

module.exports = { measure };
