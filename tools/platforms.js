'use strict';
// platforms.js: `npm run test:platforms [-- names] [options]`: the suite on other platforms, on this machine, by
// qemu-user, Wine and musl's loader, with the prebuilds of tools/cross.js. docs/platforms.md says what is tried.
//   --core     what .ci/run tries, in ten minutes: loading, the API, scenarios beside node:net, parsers
//   --node     node:net in the place of cnet, for the tests that can be run with it
//   --record   notes what has failed in test/platforms/<name>.json, each with whether node:net fails there too, and in
//              test/platforms/ran/<name>.json how many tests passed and why others were left out (docs/platforms.md)
//   --files=   only the files that have this in their name

const os = require('node:os');
const path = require('node:path');

const { prebuildName } = require('../lib/native/native-file.js');
const { ensurePackages } = require('./ensure.js');
const { isLeftOut, readLedger, record, runFile, tellFile, testFiles, unexplained } = require('./known-failures.js');
const { summary } = require('./mocha.js');
const { CACHE, FOLDERS, MACHINES } = require('./platforms/machines.js');
const { recordRan, write } = require('./platforms/table.js');
const { choose, makeAll } = require('./prebuild.js');
const { ROOT, ToolError, forEachOf, sumOf, tool } = require('./run.js');
const { getNode } = require('./test-nodes.js');

const OPTIONS = '[--core] [--node] [--record] [--files=WORD]';
const USAGE = `usage: node tools/platforms.js [${Object.keys(MACHINES).join('|')}...] ${OPTIONS}`;

/** What is tried in .ci/run: loading, the whole API, scenarios beside node:net, the parser of PROXY headers. */
const CORE = /^test\/(loading\/native-file|node\/differential|beyond\/proxy-protocol|api\/.+)\.test\.js$/;

/** For one file of tests, on the machine itself; those that are run by hand have more of them, on a busier machine. */
const LIMIT_MS = 600000;
const CORE_LIMIT_MS = 150000;
const TEST_MS = 20000;

const ledgerFile = (name) => path.join(ROOT, 'test', 'platforms', `${name}.json`);

function runOn(machine, node, file, { subject, dir, isCore }) {
  const env = {
    ...process.env,
    CNET_NATIVE: machine.place(path.join(ROOT, prebuildName(choose([machine.prebuild])[0]))),
    CNET_TEST_SLOWNESS: String(machine.slowness),
    CNET_TEST_SCALE: '0.1',
    ...(subject !== undefined && { CNET_API_SUBJECT: subject }),
    ...(isCore && { CNET_DIFFERENTIAL_THEMES: machine.themes.join() }),
  };
  return runFile(file, {
    run: machine.run, place: machine.place, more: machine.more, node, dir, env,
    timeout: (isCore ? CORE_LIMIT_MS : LIMIT_MS) * machine.slowness, testTimeout: TEST_MS * machine.slowness,
  });
}

/* What has failed, each with whether node:net fails there too. */
const explain = (results) => results.flatMap(({ file, result, model }) => result.failed.map(({ title, error }) => {
  const same = model?.failed.some((other) => other.title === title);
  return { file, title, reason: same ? 'node:net fails there too.' : unexplained(error) };
}));

async function testMachine(name, files, { subject, isCore, isRecorded }) {
  const machine = MACHINES[name];
  const ledger = subject === undefined ? readLedger(ledgerFile(name)) : [];
  const node = await (machine.getNode?.() ?? getNode(machine.node.version, machine.node.platform));
  await makeAll(choose([machine.prebuild]));
  await machine.prepare();
  const dir = path.join(CACHE, name);
  const results = [];
  const counts = [];
  for (const file of files) {
    if (isLeftOut(ledger, file) || (isCore && machine.notCore?.test(file))) continue;
    const result = await runOn(machine, node, file, { dir, subject, isCore });
    const isComparable = isRecorded && result.failed.length > 0 && file.startsWith('test/api/');
    const model = isComparable ? await runOn(machine, node, file, { dir: path.join(dir, 'model'), subject: 'node:net' }) : undefined;
    results.push({ file, result, model });
    counts.push(tellFile(name, file, result, ledger));
  }
  if (isRecorded) {
    record(ledgerFile(name), explain(results), files);
    recordRan(name, machine.node.version, results);
    write();
  }
  const total = sumOf(counts);
  console.log(`${name}, Node ${machine.node.version}: ${summary(total)}`);
  return total;
}

/**
 * Runs the suite, or its core, on other platforms.
 * @param {string[]} names
 * @param {{ core?: boolean, word?: string, subject?: string, isRecorded?: boolean, atOnce?: number }} [options]
 * @returns {Promise<{ passed: number, failed: number, pending: number }>}
 */
async function testPlatforms(names, { core = false, word = '', atOnce = os.availableParallelism?.() ?? 1, ...options }) {
  await ensurePackages();
  const files = testFiles(FOLDERS, word).filter((name) => !core || CORE.test(name));
  const totals = await forEachOf(names, atOnce, async (name) => {
    const reason = MACHINES[name].lacks();
    if (reason === null) return testMachine(name, files, { isCore: core, ...options });
    console.log(`cnet: ${name} is left out: ${reason}`);
    return { passed: 0, failed: 0, pending: 0 };
  });
  return sumOf(totals);
}

module.exports = { testPlatforms };

if (require.main === module) {
  tool(async () => {
    const args = process.argv.slice(2);
    const names = args.filter((arg) => !arg.startsWith('--'));
    const flags = new Set(args.filter((arg) => /^--(core|node|record)$/.test(arg)));
    const [word = ''] = args.filter((arg) => arg.startsWith('--files=')).map((arg) => arg.slice('--files='.length));
    const rest = args.filter((arg) => arg.startsWith('--') && !flags.has(arg) && !arg.startsWith('--files='));
    if (rest.length > 0 || names.some((name) => MACHINES[name] === undefined)) throw new ToolError(USAGE);
    const total = await testPlatforms(names.length > 0 ? names : Object.keys(MACHINES), {
      core: flags.has('--core'), word, isRecorded: flags.has('--record'),
      subject: flags.has('--node') ? 'node:net' : undefined,
    });
    console.log(`platforms: ${summary(total)}`);
    return total.failed > 0 ? 1 : 0;
  });
}
