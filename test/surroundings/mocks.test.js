'use strict';
// Mocks and instrumentation, which put functions of their own into `net`: with cnet/register and cnet/register-http
// they do what they do with node:net, and nothing that they are to keep in leaves the process.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const { cleanUp, lend, mustWork, project, runNode } = require('./kit.js');

const DIR = path.join(__dirname, 'mocks');
const OTEL = [
  'api',
  'instrumentation',
  'instrumentation-http',
  'instrumentation-net',
  'sdk-trace-base',
  'sdk-trace-node',
];

/**
 * Each tool: its program, the packages that are lent to it, the first Node that it runs on, and lines of what it has
 * to say.
 */
const TOOLS = {
  'nock 13': {
    args: ['nock.mjs', 'nock13'],
    packages: ['nock13'],
    since: 18,
    says: ['http 200 mocked', 'passes real /pass 400000'],
  },
  'nock 14': {
    args: ['nock.mjs', 'nock14'],
    packages: ['nock14'],
    since: 18,
    says: ['http 200 mocked', 'passes real /pass 400000'],
  },
  'nock 15': {
    args: ['nock.mjs', 'nock15'],
    packages: ['nock15'],
    since: 22,
    says: [
      'http 200 mocked',
      'https 201 mocked',
      'a socket of net 200 mocked',
      'passes real /pass 400000',
      'restored 200 real /e 0',
    ],
  },
  'msw 2': { args: ['msw.mjs'], packages: ['msw'], since: 20, says: ['https 201 mocked', 'passes 200 real /d 0'] },
  mitm: { args: ['mitm.cjs'], packages: ['mitm'], since: 18, says: ['https 200 mocked /b', 'tls mocked hello true'] },
  sinon: { args: ['sinon.cjs'], packages: ['sinon'], since: 18, says: ['http2 MOCKED 5', 'listen 5'] },
  testdouble: { args: ['testdouble.cjs'], packages: ['testdouble'], since: 18, says: ['https failed: MOCKED 2'] },
  "undici's MockAgent": {
    args: ['undici.cjs'],
    packages: ['undici'],
    since: 18,
    says: ['before real /a 0', 'fetch mocked'],
  },
  OpenTelemetry: {
    args: ['opentelemetry.cjs'],
    packages: OTEL.map((name) => `@opentelemetry/${name}`),
    since: 18,
    says: ['http 200 real /a 0'],
  },
};

const WAYS = [['cnet/register'], ['cnet/register-http'], ['cnet/register', 'cnet/register-http']];

const LINE = Number.parseInt(process.versions.node, 10);

describe('mocks and instrumentation', () => {
  let server;
  let dir;

  /** Beside the process of the programs: who reaches it has left that. */
  before(async () => {
    server = http.createServer(async (request, response) => {
      let length = 0;
      for await (const chunk of request) length += chunk.length;
      response.end(`real ${request.url} ${length}`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    dir = await project();
    fs.cpSync(DIR, dir, { recursive: true });
    fs.mkdirSync(path.join(dir, 'node_modules', '@opentelemetry'), { recursive: true });
    lend(dir, ...new Set(Object.values(TOOLS).flatMap(({ packages }) => packages)));
  });

  after(async () => {
    server.close();
    await cleanUp();
  });

  const run = (args, modules) => {
    const flags = ['--no-warnings', ...modules.flatMap((name) => ['-r', name])];
    return mustWork(args[0], runNode(dir, [...flags, ...args], { env: { PORT: String(server.address().port) } }));
  };

  for (const [tool, { args, since, says }] of Object.entries(TOOLS)) {
    describe(tool, () => {
      let expected;

      before(async function () {
        if (LINE < since) this.skip();
        expected = await run(args, []);
      });

      it('does with node:net what the programs here ask of it', () => {
        for (const line of says) assert.ok(expected.split('\n').includes(line), `${line}\n---\n${expected}`);
      });

      for (const modules of WAYS) {
        it(`${modules.join(', ')}: the same as with node:net`, async () =>
          assert.strictEqual(await run(args, modules), expected));
      }
    });
  }
});
