'use strict';
// drivers.js: what is compared: each makes the command line that runs a script of a scenario.

const fs = require('node:fs');
const path = require('node:path');

const { program } = require('./native.js');
const { ROOT } = require('../tools/run.js');

const FOLDERS = { server: 'servers', memory: 'servers', client: 'clients', micro: 'micro' };

const script = ({ kind, script: name }) => path.join(__dirname, FOLDERS[kind], `${name}.js`);

const flags = (options) => Object.entries(options).map(([name, value]) => `--${name}=${value}`);

/** A JavaScript program that runs the scripts of the scenarios with one module. */
function javascript(name, start, module) {
  return {
    name,
    command: (scenario, options) => [...start, script(scenario), module, JSON.stringify(options)],
  };
}

const epoll = {
  name: 'epoll',
  command(scenario, options) {
    if (!scenario.native) return null;
    const { warmup, seconds, port, path: file, size, reply, pieces, connections } = options;
    const of = (given) => flags(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
    if (scenario.kind === 'client') {
      return [program('load'), ...of({ mode: scenario.native, port, size, connections, warmup, seconds })];
    }
    return [program('epoll-server'), ...of({ mode: scenario.native, path: file, size, reply, pieces })];
  },
};

/* turbo-net has an API of its own, so there is one server for it, and it knows TCP only. */
function turboNet(node, module) {
  return {
    name: 'turbo-net',
    command(scenario, options) {
      const isEcho = scenario.kind === 'server' && scenario.script === 'echo' && scenario.load.mode === 'echo';
      if (!isEcho || scenario.unix || options.timeout) return null;
      return [node, path.join(__dirname, 'servers', 'turbo-echo.js'), module, JSON.stringify(options)];
    },
  };
}

const inModules = (...parts) => path.join(ROOT, 'node_modules', ...parts);

/**
 * Every driver that is there. The ones beside node, cnet and epoll are taken from node_modules, or from where the
 * options say.
 * @param {{ node: string, bun?: string, deno?: string, 'turbo-net'?: string }} paths
 */
function drivers(paths) {
  const { node } = paths;
  const bun = paths.bun ?? inModules('.bin', 'bun');
  const deno = paths.deno ?? inModules('.bin', 'deno');
  const turbo = paths['turbo-net'] ?? inModules('turbo-net');
  const found = [
    javascript('node', [node, '--expose-gc'], 'node:net'),
    javascript('cnet', [node, '--expose-gc'], ROOT),
    epoll,
  ];
  if (fs.existsSync(bun)) found.push(javascript('bun', [fs.realpathSync(bun)], 'node:net'));
  if (fs.existsSync(deno)) {
    const start = [fs.realpathSync(deno), 'run', '--quiet', '--allow-all', '--v8-flags=--expose-gc'];
    found.push(javascript('deno', start, 'node:net'));
  }
  if (fs.existsSync(turbo)) found.push(turboNet(node, path.resolve(turbo)));
  return found;
}

/**
 * This tree and another one, on the same Node and with the scripts of this one.
 * @param {string} node
 * @param {string} tree the folder of the other, which is built
 */
function treeDrivers(node, tree) {
  const start = [node, '--expose-gc'];
  return [javascript('before', start, tree), javascript('now', start, ROOT)];
}

module.exports = { drivers, treeDrivers };
