'use strict';

const assert = require('node:assert');
const { once } = require('node:events');

const { script } = require('../../support/child');
const { block } = require('../../support/loop');
const { net } = require('../../support/subject');
const { pair, tidy, track } = require('../../support/tidy');

/** Sockets that have no handle, and the order in which they time out. */
function idlers(count) {
  const fired = [];
  const sockets = Array.from({ length: count }, (_, i) => track(new net.Socket()).on('timeout', () => fired.push(i)));
  return { sockets, fired };
}

const numbers = (count) => Array.from({ length: count }, (_, i) => i);

describe('moments: the order of timeouts', () => {
  afterEach(tidy);

  it('equal ones fire in the order in which they were set', async () => {
    const { sockets, fired } = idlers(50);
    for (const socket of sockets) socket.setTimeout(20);
    await once(sockets[49], 'timeout');
    assert.deepStrictEqual(fired, numbers(50));
  });

  it('setting one again puts it behind the others', async () => {
    const { sockets, fired } = idlers(10);
    for (const socket of sockets) socket.setTimeout(20);
    sockets[0].setTimeout(20);
    sockets[5].setTimeout(20);
    await once(sockets[5], 'timeout');
    assert.deepStrictEqual(fired, [1, 2, 3, 4, 6, 7, 8, 9, 0, 5]);
  });

  it('so does activity', async () => {
    const { sockets, fired } = idlers(10);
    for (const socket of sockets) socket.setTimeout(30);
    for (const i of [3, 1, 8]) sockets[i]._unrefTimer();
    await once(sockets[8], 'timeout');
    assert.deepStrictEqual(fired, [0, 2, 4, 5, 6, 7, 9, 3, 1, 8]);
  });

  it('whose time was up first is first, when the loop comes to all of them at once', async () => {
    const { sockets, fired } = idlers(4);
    for (const [i, ms] of [[0, 600], [1, 100], [2, 200], [3, 150]]) sockets[i].setTimeout(ms);
    block(110);
    sockets[1]._unrefTimer(); // from 100 to 210, or later on a busy machine
    block(600);
    await once(sockets[0], 'timeout');
    assert.deepStrictEqual(fired, [3, 2, 1, 0]);
  });

  it('one for which something may have arrived keeps its place', async () => {
    const { client, accepted } = await pair({ serverOptions: { pauseOnConnect: true } });
    const { sockets, fired } = idlers(3);
    sockets[0].setTimeout(20);
    accepted.on('timeout', () => fired.push('paused')).setTimeout(20);
    for (const socket of sockets.slice(1)) socket.setTimeout(20);
    client.write('x'); // which lies in the kernel, unread
    block(40);
    await once(sockets[2], 'timeout');
    assert.deepStrictEqual(fired, [0, 'paused', 1, 2]);
  });

  it('one that a listener stops does not fire', async () => {
    const { sockets, fired } = idlers(5);
    for (const socket of sockets) socket.setTimeout(20);
    sockets[0].once('timeout', () => {
      sockets[1].setTimeout(0);
      sockets[3].destroy();
    });
    await once(sockets[4], 'timeout');
    assert.deepStrictEqual(fired, [0, 2, 4]);
  });
});

describe('moments: a fired timeout holds nothing', () => {
  it('of a socket that is dropped', async () => {
    const { stdout, stderr } = await script(`
      const refs = [];
      (function drop() {
        for (let i = 0; i < 100; i++) refs.push(new WeakRef(new net.Socket().setTimeout(5)));
      })();
      const fired = new net.Socket().setTimeout(20, () => setImmediate(async () => {
        for (let i = 0; i < 10; i++) { // a deref() would keep them for a turn
          await new Promise(setImmediate);
          gc();
        }
        console.log(refs.filter((ref) => ref.deref()).length);
        fired.destroy();
        process.exit();
      }));
      setInterval(() => {}, 1000);`, { flags: ['--expose-gc'] });
    assert.deepStrictEqual([stdout, stderr], ['0\n', '']);
  });

  it('and one that runs holds its socket, which hears of it', async () => {
    const { stdout } = await script(`
      new net.Socket().setTimeout(50, () => {
        console.log('timeout');
        process.exit();
      });
      setInterval(gc, 5);`, { flags: ['--expose-gc'] });
    assert.strictEqual(stdout, 'timeout\n');
  });

  it('of a socket that is kept fires again after activity', async () => {
    const { stdout } = await script(`
      let socket = new net.Socket();
      let count = 0;
      socket.setTimeout(10);
      socket.on('timeout', function again() {
        if (++count === 3) {
          console.log('three');
          process.exit();
        }
        this._unrefTimer();
      });
      socket = null;
      setInterval(gc, 2);`, { flags: ['--expose-gc'] });
    assert.strictEqual(stdout, 'three\n');
  });
});
