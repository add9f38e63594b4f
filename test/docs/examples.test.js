'use strict';
// The examples of the documentation, each in a process of its own: what it prints, and that it ends well by itself.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { start, stopAll } = require('../support/example');

const EXAMPLES = path.join(__dirname, '..', '..', 'examples');
const ECHO_SERVER = ['server bound', 'client connected', 'client disconnected'];
const ECHO_CLIENT = ['connected to server!', 'hello', 'world!', 'disconnected from server'];

/* Runs an example that prints `stdout`, and nothing on stderr unless `stderr` says so. */
async function expectOutput([name, ...args], stdout, stderr = []) {
  assert.deepStrictEqual(await start(name, ...args).ended, { status: 0, stdout, stderr });
}

/* The same where the two ends of a connection print in no fixed order: what either side prints keeps its order. */
async function expectSides([name, ...args], ...sides) {
  const { status, stdout, stderr } = await start(name, ...args).ended;
  assert.deepStrictEqual({ status, stderr }, { status: 0, stderr: [] });
  for (const side of sides) assert.deepStrictEqual(stdout.filter((line) => side.includes(line)), side);
  assert.strictEqual(stdout.length, sides.flat().length, `more was printed: ${JSON.stringify(stdout)}`);
}

describe('examples', () => {
  let dir;

  before(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-examples-'));
  });

  afterEach(stopAll);

  after(() => {
    fs.rmSync(dir, { recursive: true });
  });

  it('echo-server.js and echo-client.js talk over TCP', async () => {
    const server = start('echo-server.js', '0');
    const [, port] = await server.saw(/^port (\d+)$/m);
    assert.deepStrictEqual(await start('echo-client.js', port).ended, { status: 0, stdout: ECHO_CLIENT, stderr: [] });
    const [bound, ...rest] = ECHO_SERVER;
    assert.deepStrictEqual(await server.ended, { status: 0, stdout: [bound, `port ${port}`, ...rest], stderr: [] });
  });

  it('echo-server-path.js and echo-client-path.js talk over a path, which is gone afterwards', async () => {
    const file = process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(dir)}` : path.join(dir, 'echo.sock');
    const server = start('echo-server-path.js', file);
    await server.saw(/^server bound$/m);
    const client = start('echo-client-path.js', file);
    assert.deepStrictEqual(await client.ended, { status: 0, stdout: ECHO_CLIENT, stderr: [] });
    assert.deepStrictEqual(await server.ended, { status: 0, stdout: ECHO_SERVER, stderr: [] });
    assert.strictEqual(fs.existsSync(file), false);
  });

  it('echo.mjs imports the module and talks to itself', () => expectSides(['echo.mjs'], ECHO_SERVER, ECHO_CLIENT));

  it('echo-demo.js shows both over TCP, then over a path', () => {
    const path = process.platform === 'win32' ? 'named pipe' : 'Unix domain socket';
    return expectSides(
      ['echo-demo.js'],
      ['--- TCP', ...ECHO_SERVER, `--- ${path}`, ...ECHO_SERVER],
      ['--- TCP', ...ECHO_CLIENT, `--- ${path}`, ...ECHO_CLIENT].filter((line) => !line.startsWith('---')),
    );
  });

  it('onread.js reads into its own buffer', () => expectOutput(['onread.js'], ['hello']));

  it('server-address.js gets a port from the system, and no address after close', async () => {
    const { status, stdout, stderr } = await start('server-address.js').ended;
    assert.deepStrictEqual({ status, stderr }, { status: 0, stderr: [] });
    const [opened, ...rest] = stdout.join('\n').split(/(?<=})\n/);
    assert.match(
      opened.replace(/\s+/g, ' '),
      /^opened server on \{ address: '(::|0\.0\.0\.0)', family: 'IPv[46]', port: [1-9]\d* \}$/,
    );
    assert.deepStrictEqual(rest, ['goodbye\naddress after close: null']);
  });

  it('eaddrinuse-retry.js binds when the port has become free', () =>
    expectOutput(['eaddrinuse-retry.js', '50'], ['server bound'], ['Address in use, retrying...']));

  it('listen-exclusive.js listens and closes', () =>
    expectOutput(['listen-exclusive.js'], ['server bound', 'server closed']));

  it('listen-signal.js is closed by its signal', () =>
    expectOutput(['listen-signal.js'], ['server bound', 'server closed']));

  it('set-timeout.js ends the idle connection', () =>
    expectOutput(['set-timeout.js', '50'], ['socket timeout', 'connection closed']));

  it('block-list.js checks as documented, and its server refuses a blocked address', () =>
    expectOutput(['block-list.js'], ['true', 'true', 'false', 'true', 'true', 'true', 'refused']));

  it('is-ip.js tells addresses from other text', () =>
    expectOutput(['is-ip.js'], ['6', '4', '0', '0', '0', 'true', 'false', 'false', 'false', 'true', 'false']));

  it('socket-address-parse.js reads addresses with and without a port', () =>
    expectOutput(['socket-address-parse.js'], [
      '123.1.2.3:1234 -> 123.1.2.3 ipv4 1234',
      '[1::1]:1234 -> 1::1 ipv6 1234',
      '127.0.0.1 -> 127.0.0.1 ipv4 0',
      'not an address -> undefined',
    ]));

  it('ipc-path.js listens on a path, which is gone afterwards', () =>
    expectOutput(['ipc-path.js'], ['address is the path: true', 'path is gone: true']));

  it('no example is left untested', () => {
    const tests = [__filename, path.join(__dirname, 'recipes.test.js')].map((file) => fs.readFileSync(file, 'utf8'));
    const files = fs.readdirSync(EXAMPLES).filter((name) => /\.m?js$/.test(name));
    assert.deepStrictEqual(files.filter((name) => !tests.some((text) => text.includes(`'${name}'`))), []);
  });
});
