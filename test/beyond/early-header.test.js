'use strict';

// connect({ fastOpen, proxyHeader }): the header of the PROXY protocol is the first thing that the server gets,
// whatever was written before the connection, and however much of it goes with the handshake. A client of the proxy
// could else send a header of its own, and be whoever it likes.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');

const { runFixture } = require('../support/child');
const { needsLinux, needsTCPInfo, skip } = require('../support/needs');
const { patience } = require('../support/scale');
const { pair, tidy } = require('../support/tidy');

const SET_UP = 'ip link set lo up && echo 3 > /proc/sys/net/ipv4/tcp_fastopen';
const CLIENT = '203.0.113.66';
const FORGED = 'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n';

async function inNamespace(scenario) {
  const within = ['unshare', '-rn', 'sh', '-c', `${SET_UP} && exec "$@"`, 'sh'];
  const { status, stdout, stderr } = await runFixture('early-header.js', [scenario], { within });
  assert.deepStrictEqual([status, stderr], [0, '']);
  return JSON.parse(stdout);
}

describe('fastOpen with proxyHeader', function () {
  this.timeout(patience(30000));
  afterEach(tidy);

  before(function () {
    needsLinux(this);
    if (spawnSync('unshare', ['-rn', 'sh', '-c', SET_UP], { stdio: 'ignore' }).status !== 0) {
      skip(this, 'unshare -rn, ip and tcp_fastopen are needed');
    }
  });

  it('sends the header first, then every form of writing whole and once, with the handshake or without', async () => {
    const results = await inNamespace('forms');
    const texts = {
      utf16: 'P\0R\0O\0X\0Y\0',
      corked: `${FORGED}é`,
      large: 300000,
      nothing: '',
      fileAfterWrite: `first ${FORGED} last`,
    };
    for (const [name, result] of Object.entries(results)) {
      const [form] = name.split(' ');
      const [address, text, , uncounted] = result;
      assert.deepStrictEqual([name, address, text, uncounted], [name, CLIENT, texts[form] ?? FORGED, 0]);
    }
    assert.strictEqual(Object.keys(results).length, 22);
  });

  it('sends the header, at least, with the handshake, when the server takes data with it', async function test() {
    needsTCPInfo(this, (await pair()).client);
    const results = Object.entries(await inNamespace('forms'));
    for (const [name, [, , fastOpen]] of results) assert.strictEqual(fastOpen, name.split(' ')[1] === 'true', name);
    assert.strictEqual(results.length, 22);
  });

  it('sends a header whole that is longer than a handshake can hold', async () => {
    for (const [i, [address, text]] of (await inNamespace('long')).entries()) {
      assert.deepStrictEqual([address, text], [CLIENT, i % 2 === 0 ? FORGED : 300000]);
    }
  });

  it('sends it to each address that is tried', async () => {
    for (const [address, text] of await inNamespace('addresses'))
      assert.deepStrictEqual([address, text], [CLIENT, FORGED]);
  });

  it('sends nothing that was written for a connection that has gone', async () => {
    assert.deepStrictEqual(await inNamespace('again'), [CLIENT, 'second']);
  });

  it('sends the same bytes with and without the handshake', async () => {
    const whole = `PROXY TCP4 ${CLIENT} 198.51.100.1 1 443\r\ndata`;
    assert.deepStrictEqual(await inNamespace('bytes'), [whole, whole, whole]);
  });
});
