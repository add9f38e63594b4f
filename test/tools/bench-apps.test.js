'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const BENCH = path.join(__dirname, '..', '..', 'bench');
const { scenarios } = require('../../bench/apps/scenarios.js');
const { summarise, table } = require('../../bench/apps/summary.js');

/** What a side used, with the collections of `major`. */
const used = (cpu, major) => ({ user: cpu / 2, system: cpu / 2, minor: 0, major, pause: 0, heap: 2 ** 20 });

const scenario = { name: 'one', title: 'One', operations: 10, drivers: ['register'] };

/** Three rounds, of which the second met a machine that was three times as slow. */
const runs = [100, 300, 110].flatMap((cpu, i) => ['server', 'client'].flatMap((side) => [
  { driver: 'node', side, round: i + 1, ...used(cpu, 4) },
  { driver: 'register', side, round: i + 1, ...used(side === 'server' ? cpu / 2 : cpu * 2, 8) },
]));

describe('npm run bench -- --apps', () => {
  it('lists its scenarios', () => {
    const { status, stdout } = spawnSync(process.execPath, [path.join(BENCH, 'run.js'), '--apps', '--list'], { encoding: 'utf8' });
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

  it('shows the collections of each side', () => {
    const line = table(scenario, summarise(scenario, runs)).split('\n').find((text) => text.includes('server, register'));
    assert.match(line, /^ {2}server, register +6 +3 +2\.00 +8 +0 +0 +1\.0$/);
  });
});
