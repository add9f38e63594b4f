'use strict';

// node test/node/differential/run.js [options] [words of the title or theme]
//   --quiet           only the differences
//   --traces          both traces, also where they are equal
//   --subject=NAME    the module to compare with node:net, instead of the package
//   --repeat=N        each scenario N times
//   --apart           each scenario in a process of its own, so that a crash is one scenario's
//   --record          record the traces of the newest line for those scenarios that older lines cannot be a model of
//   --but=WORD        leave out what has this word in its theme or title
//   --dump=FILE       write the traces of node:net as JSON

const fs = require('fs');
const { themes, run, compare, runnable, recorded, RECORD, SUBJECT } = require('./harness');
const { diff } = require('./diff');

const options = new Map();
const words = [];
for (const arg of process.argv.slice(2)) {
  const match = /^--(\w+)(?:=(.*))?$/.exec(arg);
  if (match) options.set(match[1], match[2] ?? true);
  else words.push(arg.toLowerCase());
}

function* chosen() {
  for (const { theme, file, scenarios } of themes()) {
    for (const scenario of scenarios) {
      const name = `${theme}: ${scenario.title}`;
      const left = options.has('but') && name.includes(options.get('but'));
      const meant = words.every((word) => name.toLowerCase().includes(word));
      if (meant && !left && runnable(scenario)) yield { theme, file, scenario, name };
    }
  }
}

function print(title, { lanes }) {
  console.log(`  ${title}`);
  for (const [lane, lines] of Object.entries(lanes)) console.log([`    [${lane}]`, ...lines].join('\n      '));
}

async function record() {
  const all = {};
  for (const { file, scenario, name } of chosen()) {
    if (!scenario.newest) continue;
    const result = await run(scenario, 'node:net', file);
    if (result.failure) throw new Error(`${name}: ${result.failure}`);
    all[name] = result.lanes;
  }
  const merged = words.length ? { ...recorded(), ...all } : all;
  fs.writeFileSync(RECORD, JSON.stringify(merged, null, 2) + '\n');
  console.log(`${Object.keys(all).length} traces recorded`);
}

async function dump(to) {
  const all = {};
  for (const { file, scenario, name } of chosen()) all[name] = (await run(scenario, 'node:net', file)).lanes;
  fs.writeFileSync(to, JSON.stringify(all, null, 1));
}

async function one({ theme, file, scenario, name }, subject) {
  const apart = options.has('apart') && !scenario.isolate;
  const asked = apart ? { ...scenario, isolate: true, apart } : scenario;
  const { expected, actual } = await compare(asked, theme, file, subject);
  const difference = diff(expected, actual);
  if (difference) console.log(`DIFFERS ${name}\n${difference}\n`);
  else if (!options.has('quiet')) console.log(`equal   ${name}`);
  if (options.has('traces') || (words.length && !options.has('quiet'))) {
    print('node:net', expected);
    print('subject', actual);
  }
  return !difference;
}

async function main() {
  if (options.has('record')) return record();
  if (options.has('dump')) return dump(options.get('dump'));
  let equal = 0;
  let total = 0;
  for (let i = 0; i < Number(options.get('repeat') ?? 1); i++) {
    for (const item of chosen()) {
      total++;
      if (await one(item, options.get('subject') ?? SUBJECT)) equal++;
    }
  }
  console.log(`${equal} of ${total} equal`);
  process.exitCode = equal === total ? 0 : 1;
}

main();
