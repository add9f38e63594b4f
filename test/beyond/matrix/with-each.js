'use strict';

/**
 * `node with-each.js NAME`: the scenes of one feature with each other one. Prints { failures, early } as JSON: what
 * was wrong by the other's name, and how many connections have brought data with their handshake.
 */

const { tempDir } = require('../../support/temp');
const { features } = require('./features');
const { reasonOf } = require('./not-pairs');
const { Far, Scene } = require('./scene');

async function main(name) {
  const one = features.find((feature) => feature.name === name);
  const others = features.filter(
    (other) => other !== one && other.needs !== false && reasonOf(name, other.name) === null,
  );
  const dir = tempDir();
  const far = new Far();
  const result = { failures: {}, early: 0 };
  for (const other of others) {
    const scene = new Scene([one, other], { dir: dir.dir, socketName: dir.socket, far });
    await scene.run().catch((error) => { result.failures[other.name] = error.message; });
    result.early += scene.early;
  }
  await far.end();
  dir.remove();
  process.stdout.write(JSON.stringify(result));
}

main(process.argv[2]);
