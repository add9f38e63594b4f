'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const BENCH = path.join(__dirname, '..', '..', 'bench');
const { lacking } = require('../../bench/apps/commands.js');
const { scenarios } = require('../../bench/apps/scenarios.js');
const { summarise, table } = require('../../bench/apps/summary.js');

/** What a side used, with the collections of `major`. */
const used = (cpu, major) => ({
  operations: 10,
  time: cpu,
  user: cpu * 5,
  system: cpu * 5,
  minor: 0,
  major,
  pause: 0,
  heap: 2 ** 20,
});

const scenario = { name: 'one', title: 'One', operations: 10, drivers: ['register'] };

/** Three rounds, of which the second met a machine that was three times as slow. */
const runs = [100, 300, 110].flatMap((cpu, i) => ['server', 'client'].flatMap((side) => [
  { driver: 'node', side, round: i + 1, ...used(cpu, 4) },
  { driver: 'register', side, round: i + 1, ...used(side === 'server' ? cpu / 2 : cpu * 2, 8) },
]));

describe('npm run bench -- --apps', () => {
  it('lists its scenarios', () => {
    const { status, stdout } = spawnSync(process.execPath, [path.join(BENCH, 'run.js'), '--apps', '--list'], {
      encoding: 'utf8',
    });
    const names = stdout.trim().split('\n').map((line) => line.split(' ')[0]);
    assert.deepStrictEqual({ status, names }, { status: 0, names: scenarios.map(({ name }) => name) });
  });

  it('has a program for each side of a scenario', () => {
    const files = scenarios.flatMap(({ server, client }) => [`servers/${server}.js`, `clients/${client}.js`]);
    assert.deepStrictEqual(files.filter((file) => !fs.existsSync(path.join(BENCH, 'apps', file))), []);
  });

  it('divides the CPU time of node:net by that of the same round and the same side', () => {
    const ratios = summarise(scenario, runs).map(({ side, driver, toNode }) => [side, driver, toNode]);
    assert.deepStrictEqual(ratios, [
      ['server', 'node', 1], ['server', 'register', 2], ['client', 'node', 1], ['client', 'register', 0.5],
    ]);
  });

  it('divides instructions where they were counted', () => {
    const counted = runs.map(({ driver, side, round }) => ({
      driver,
      side,
      round,
      operations: 10,
      instructions: driver === 'node' ? 900 : 600,
    }));
    const [, line] = table(scenario, summarise(scenario, counted))
      .split('\n')
      .filter((text) => text.includes('server, '));
    assert.match(line, /^ {2}server, register +60 +1\.500$/);
  });

  it('names the package of a program that is not there', () => {
    const { PATH } = process.env;
    process.env.PATH = '';
    try {
      assert.strictEqual(
        lacking(['h2load-2', 'node-3']),
        'missing: h2load-2, node-3 (Debian, Ubuntu: apt-get install h2load-2 node-3)',
      );
    } finally {
      process.env.PATH = PATH;
    }
  });

  it('shows the rate and the collections of each side', () => {
    const line = table(scenario, summarise(scenario, runs))
      .split('\n')
      .find((text) => text.includes('server, register'));
    assert.match(line, /^ {2}server, register +55 +28 +2\.00 +182 +2\.00 +8 +0 +0 +1\.0$/);
  });
});
