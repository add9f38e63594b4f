'use strict';
// What lib/node-internals/driver.js relies on in how a Socket of the running Node drives a handle. A test that fails
// names what Node has changed.

const assert = require('node:assert');
const nodeNet = require('node:net');

const { findShared } = require('../../lib/node-internals/handles.js');
const { callNode } = require('../../lib/node-internals/net.js');

const [MAJOR, MINOR] = process.versions.node.split('.').map(Number);
const LEAVES_REQUESTS_OUT = MAJOR > 26 || (MAJOR === 26 && MINOR >= 10);

describe("node-internals/driver.js relies on a Socket of Node's with the handle of a program:", () => {
  /* A handle that notes what it is asked for. */
  function noting(result = {}) {
    const calls = [];
    const note = (name) => (...args) => {
      calls.push([name, ...args]);
      return result[name] ?? 0;
    };
    const names = [
      'readStart',
      'readStop',
      'writeUtf8String',
      'writeLatin1String',
      'writeBuffer',
      'writev',
      'shutdown',
      'connect',
      'connect6',
    ];
    return { calls, handle: Object.fromEntries(names.map((name) => [name, note(name)])) };
  }
  const driverOf = (handle) => new nodeNet.Socket({ handle, manualStart: true });

  it('_writeGeneric() writes by the method for the kind of what is written', () => {
    const { calls, handle } = noting();
    const driver = driverOf(handle);
    const write = (...args) => callNode(driver, '_writeGeneric', [...args, () => {}]);
    write(false, 'x', 'utf8');
    write(false, 'x', 'latin1');
    write(false, Buffer.from('x'), 'buffer');
    write(true, [{ chunk: 'x', encoding: 'utf8' }, { chunk: 'y', encoding: 'utf8' }], '');
    assert.deepStrictEqual(
      calls.map(([name]) => name),
      ['writeUtf8String', 'writeLatin1String', 'writeBuffer', 'writev'],
    );
    assert.strictEqual(calls[0][2], 'x');
  });

  it(`and gives it ${LEAVES_REQUESTS_OUT ? 'null for the request' : 'a request'}`, () => {
    const { calls, handle } = noting();
    callNode(driverOf(handle), '_writeGeneric', [false, 'x', 'utf8', () => {}]);
    const [[, request]] = calls;
    if (LEAVES_REQUESTS_OUT) assert.strictEqual(request, null);
    else assert.strictEqual(typeof request.oncomplete, 'function');
  });

  it('`_handle` can be exchanged between two writes', () => {
    const [first, second] = [noting(), noting()];
    const driver = driverOf(first.handle);
    driver._handle = second.handle;
    callNode(driver, '_writeGeneric', [false, 'x', 'utf8', () => {}]);
    assert.deepStrictEqual([first.calls.length, second.calls.length], [0, 1]);
  });

  it('_final() shuts the handle down with a request that has oncomplete()', () => {
    const { calls, handle } = noting();
    callNode(driverOf(handle), '_final', [() => {}]);
    assert.strictEqual(calls[0][0], 'shutdown');
    assert.strictEqual(typeof calls[0][1].oncomplete, 'function');
  });

  it('connect() calls connect() of the handle in the next tick, with a request that has oncomplete(), the address and the port', async () => {
    for (const [host, name] of [
      ['127.0.0.1', 'connect'],
      ['::1', 'connect6'],
    ]) {
      const { calls, handle } = noting();
      callNode(driverOf(handle), 'connect', [{ host, port: 7 }]);
      await new Promise(setImmediate);
      const [method, request, ...rest] = calls.at(-1);
      assert.deepStrictEqual([method, typeof request.oncomplete, ...rest], [name, 'function', host, 7]);
    }
  });

  it('it puts onread() into the handle, which gives what was read to push() of the socket, and refreshes its timeout by _unrefTimer()', () => {
    const { handle } = noting();
    const driver = driverOf(handle);
    const seen = [];
    driver.push = (chunk) => seen.push(String(chunk)) > 0;
    driver._unrefTimer = () => seen.push('_unrefTimer');
    const { kReadBytesOrError, streamBaseState } = findShared();
    streamBaseState[kReadBytesOrError] = 3;
    handle.onread(Uint8Array.from([97, 98, 99]).buffer);
    assert.deepStrictEqual(seen, ['_unrefTimer', 'abc']);
  });
});
