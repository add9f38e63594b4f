'use strict';
// native.js: compiles the load generator and the epoll server, when they are out of date.

const fs = require('node:fs');
const path = require('node:path');

const { ROOT, ToolError, run } = require('../tools/run.js');

const SOURCES = path.join(__dirname, 'native');
const OUTPUT = path.join(ROOT, '.cache', 'bench');
const PROGRAMS = {
  load: ['load.c', 'load_stream.c', 'load_churn.c', 'util.c'],
  'epoll-server': ['epoll-server.c', 'util.c'],
};

const program = (name) => path.join(OUTPUT, name);

function newestSource() {
  return Math.max(...fs.readdirSync(SOURCES).map((name) => fs.statSync(path.join(SOURCES, name)).mtimeMs));
}

/* Written beside its place and renamed, so that another run never starts half of it. */
async function compile(name) {
  const built = fs.statSync(program(name), { throwIfNoEntry: false });
  if (built !== undefined && built.mtimeMs > newestSource()) return;
  const part = `${program(name)}.${process.pid}`;
  const sources = PROGRAMS[name].map((file) => path.join(SOURCES, file));
  const args = ['-O2', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-o', part, ...sources];
  const { status, output } = await run(process.env.CC ?? 'cc', args, { quiet: true });
  if (status !== 0) throw new ToolError(`${output}\nbench/native could not be compiled`);
  fs.renameSync(part, program(name));
}

async function buildNative() {
  if (process.platform !== 'linux') throw new ToolError('the benchmarks need epoll, and so Linux');
  fs.mkdirSync(OUTPUT, { recursive: true });
  for (const name of Object.keys(PROGRAMS)) await compile(name);
}

module.exports = { buildNative, program };
