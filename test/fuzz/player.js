'use strict';
// player.js <cnet|node>: plays the scenarios that come by lines of JSON on standard input, and prints what happened,
// a line for each. The process under the API fuzzer (api.js): it may crash.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const { play } = require('./play');

const net = process.argv[2] === 'cnet' ? require('../..') : require('node:net');

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-'));
process.on('exit', () => fs.rmSync(dir, { recursive: true, force: true }));
process.on('warning', () => {});

let count = 0;

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const result = await play(net, JSON.parse(line), path.join(dir, String(count++)));
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  process.exit(0);
}

main();
