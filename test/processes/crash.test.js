'use strict';
// A process that ends by an exception of cnet, or of a callback of cnet, tells of it as with node:net: the same
// script on both writes the same, but for the lines of the stack and for ports, and ends with the same status.

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const path = require('node:path');

const { patience } = require('../support/scale');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'crash.js');
const CNET = path.join(__dirname, '..', '..');

/**
 * Runs the script. What differs between any two runs is taken out, and the stacks, which name the files of each
 * package.
 */
function crash(packagePath, args) {
  return new Promise((resolve, reject) => {
    // a Worker that ends so says at times that its coverage could not be written; Node gives what is absent to children
    const env = { ...process.env, NODE_V8_COVERAGE: '' };
    const child = spawn(process.execPath, [...args.flags ?? [], FIXTURE, packagePath, ...args.script], { env });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (data) => (text += data));
    child.on('error', reject);
    child.on('close', (status) => {
      const lines = text
        .split('\n')
        .filter((line) => !/^\s+at /.test(line))
        .map((line) => line.replace(/\{$/, '').trimEnd());
      resolve({
        status,
        text: lines
          .join('\n')
          .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS')
          .replace(/port: \d+/g, 'port: PORT'),
      });
    });
  });
}

async function same(args, expected) {
  const [node, cnet] = await Promise.all([crash('node:net', args), crash(CNET, args)]);
  assert.deepStrictEqual(cnet, node);
  assert.match(cnet.text, expected);
}

/** Where an exception comes from, and what is seen of it in any case. */
const EMITTED = {
  refused: /ECONNREFUSED/,
  inUse: /EADDRINUSE/,
  reset: /ECONNRESET/,
  destroyed: /a reason/,
  otherStream: /ENOENT/,
};

/** Whether this Node tells of attempts at all. */
const HAS_ATTEMPTS = Number.parseInt(process.versions.node, 10) >= 20;

/** Where the program throws it. */
const THROWN = [
  'data',
  'dataOfServer',
  'muchData',
  'connection',
  'connect',
  'end',
  'close',
  'timeout',
  'write',
  'longWrite',
  'final',
  'lookup',
  ...(HAS_ATTEMPTS ? ['attempt', 'attemptFailed'] : []),
  'drop',
  'listening',
  'serverClose',
  'tick',
];

/** What is thrown there, and the line of the source that is seen of it. */
const WAYS = {
  new: /throw new Error\(`in /,
  made: /throw made;/,
  assertion: /throw (new AssertionError|error|err)/,
  emitted: /throw er; \/\/ Unhandled 'error' event/,
};

describe('a crash', function () {
  this.timeout(patience(60000));

  describe("by an unhandled 'error' shows what Node shows, the heading included", () => {
    for (const [place, expected] of Object.entries(EMITTED)) {
      it(place, () =>
        same({ script: [place, 'new'] }, new RegExp(`throw er; // Unhandled 'error' event[^]*${expected.source}`)),
      );
    }
  });

  for (const [way, expected] of Object.entries(WAYS)) {
    describe(`by an error that is ${way} shows what Node shows, the line that threw it included, in`, () => {
      for (const place of THROWN) it(place, () => same({ script: [place, way] }, expected));
    });
  }

  describe('is told of as by Node', () => {
    const heard = (name, place, way, how, expected) => it(name, () => same({ script: [place, way, how] }, expected));

    heard("to 'uncaughtException': the error, of which nothing is changed, and the origin", 'data', 'made', 'handler',
      /^uncaughtException made before uncaughtException true Error: made before$/m);
    heard(
      "to 'uncaughtException', in a tick",
      'refused',
      'new',
      'handler',
      /^uncaughtException connect ECONNREFUSED ADDRESS/m,
    );
    heard('to a capture callback', 'connection', 'made', 'capture', /^captured made before Error: made before$/m);
    heard("before 'exit'", 'close', 'new', 'order', /^uncaughtException in close\nexit$/m);
    heard('to a domain', 'data', 'new', 'domain', /^domain in data true true$/m);
    heard("to 'error' of a Worker", 'data', 'new', 'worker', /^'error' of the Worker in data Error: in data$/m);
    heard('when a Worker ends by it that nobody listens to', 'refused', 'new', 'workerUnheard', /throw e/);
    it('with --unhandled-rejections=strict', () =>
      same({ flags: ['--unhandled-rejections=strict'], script: ['data', 'made'] }, /throw made;/));
  });
});
