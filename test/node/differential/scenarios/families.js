'use strict';

const { since } = require('../since');

/** Node goes on with the handle that is gone, and throws. */
const MISTAKE = /uncaughtException TypeError\("Cannot read properties of null/;

/** A lookup that answers with these addresses, in the form that is asked for. */
function answer(t, ...addresses) {
  const list = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (host, options, done) => {
    t.log('lookup', host, options);
    process.nextTick(() => (options.all ? done(null, list) : done(null, list[0].address, list[0].family)));
  };
}

async function connect(t, options) {
  const client = t.connect('client', { host: 'some.name', autoSelectFamily: true, ...options });
  t.log('attempted at first', client.autoSelectFamilyAttemptedAddresses);
  t.ticks('after connect', 'client');
  await Promise.race([t.closed(client), t.event(client, 'ready')]);
  t.log('attempted', client.autoSelectFamilyAttemptedAddresses);
  client.end();
  await t.closed(client);
}

async function to(t, addresses, options) {
  const server = t.server('server', (socket) => t.watch(socket, 'accepted'));
  const { port } = await t.listen(server);
  await connect(t, { port, lookup: answer(t, ...addresses), ...options });
  await t.end(server);
}

const refused = (t, addresses, options) => connect(t, { port: t.refused(), lookup: answer(t, ...addresses),
  ...options });

module.exports = [
  { title: 'all addresses refuse: one error for all', run: (t) => refused(t, ['127.0.0.1', '::1', '127.0.0.2']) },
  { title: 'two addresses refuse', run: (t) => refused(t, ['::1', '127.0.0.1']) },
  { title: 'one address in the list is no list', run: (t) => refused(t, ['127.0.0.1']) },
  { title: 'the first refuses, the second answers', run: (t) => to(t, ['::1', '127.0.0.1']) },
  { title: 'the first answers', run: (t) => to(t, ['127.0.0.1', '::1']) },
  { title: 'families take turns', run: (t) => refused(t, ['127.0.0.1', '127.0.0.2', '127.0.0.3', '::1']) },
  { title: 'the first is unreachable at once', run: (t) => to(t, ['ff02::1', '127.0.0.1']) },
  { title: 'all are unreachable at once', run: (t) => connect(t, {
    port: 9, lookup: answer(t, 'ff02::1', '255.255.255.255') }) },
  { title: 'family 4 asks for that only', run: (t) => to(t, ['127.0.0.1', '::1'], { family: 4 }) },
  { title: 'family 6 with autoSelectFamily', run: (t) => refused(t, ['::1'], { family: 6 }) },
  { title: 'autoSelectFamily: false takes the first', run: (t) => to(t, ['127.0.0.1', '::1'],
    { autoSelectFamily: false }) },
  { title: 'localAddress of one family', run: (t) => to(t, ['::1', '127.0.0.1'], { localAddress: '127.0.0.1' }) },
  { title: 'a lookup that answers at once', async run(t) {
    const lookup = (host, options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    await connect(t, { port: t.refused(), lookup });
  } },
  { title: 'a lookup that answers with nonsense', async run(t) {
    for (const [label, list] of [['no address', [{ address: 'nowhere', family: 4 }]],
      ['no family', [{ address: '127.0.0.1', family: 5 }]],
      ['mixed', [{ address: 'x', family: 4 }, { address: '127.0.0.1', family: 4 }]]]) {
      const lookup = (host, options, done) => process.nextTick(done, null, list);
      t.connect(label, { port: t.refused(), host: 'some.name', autoSelectFamily: true, lookup });
    }
    await t.end();
  } },
  { title: 'one answer that is nonsense', async run(t) {
    for (const [label, answers] of [['bad ip', ['nowhere', 4]], ['bad family', ['127.0.0.1', 5]],
      ['undefined', [undefined, 4]]]) {
      const lookup = (host, options, done) => process.nextTick(done, null, ...answers);
      t.connect(label, { port: t.refused(), host: 'some.name', autoSelectFamily: false, lookup });
    }
    await t.end();
  } },
  { title: 'a lookup that throws', async run(t) {
    const lookup = () => { throw new TypeError('broken'); };
    t.try('connect', () => t.connect('client', { port: t.refused(), host: 'some.name', lookup }));
    await t.turns(3);
  } },
  { title: 'what a lookup is asked', async run(t) {
    const lookup = (host, options, done) => {
      t.log('asked', host, options);
      done(new Error('enough'));
    };
    const base = { port: 1, host: 'some.name', lookup };
    for (const [label, more] of Object.entries({ plain: {}, four: { family: 4 }, six: { family: 6 },
      named: { family: 'IPv4' },
      auto: { autoSelectFamily: true }, single: { autoSelectFamily: false }, hints: { hints: 32 }, zero: { hints: 0 },
      verbatim: { verbatim: true } })) {
      t.connect(label, { ...base, ...more });
    }
    await t.end();
  } },
  { title: 'the default can be changed', run(t) {
    const { net } = t;
    const saved = net.getDefaultAutoSelectFamily();
    for (const value of [true, false, 1, 'x', undefined]) {
      t.try(`set ${value}`, () => net.setDefaultAutoSelectFamily(value));
      t.log('get', net.getDefaultAutoSelectFamily());
    }
    net.setDefaultAutoSelectFamily(saved);
    t.log('saved', saved);
  } },
  { title: 'the default timeout can be changed', run(t) {
    const { net } = t;
    const saved = net.getDefaultAutoSelectFamilyAttemptTimeout();
    for (const value of [1, 9, 10, 11, 1000, 0, -1, 1.5, 'x', undefined, 2 ** 31]) {
      t.try(`set ${value}`, () => net.setDefaultAutoSelectFamilyAttemptTimeout(value));
      t.log('get', net.getDefaultAutoSelectFamilyAttemptTimeout());
    }
    net.setDefaultAutoSelectFamilyAttemptTimeout(saved);
    t.log('saved', saved);
  }, newest: 'the default became 500 in 25', since: 26 },
  { title: 'destroy in the second attempt', mistake: MISTAKE, async run(t) {
    const client = t.connect('client', { port: t.refused(), host: 'some.name', autoSelectFamily: true,
      lookup: answer(t, '::1', '127.0.0.1') });
    let attempts = 0;
    client.on('connectionAttempt', () => { if (++attempts === 2) client.destroy(); });
    await t.end();
    t.log('attempted', client.autoSelectFamilyAttemptedAddresses);
  } },
  { title: 'destroy when an attempt has failed', async run(t) {
    const client = t.connect('client', { port: t.refused(), host: 'some.name', autoSelectFamily: true,
      lookup: answer(t, '::1', '127.0.0.1') });
    client.on('connectionAttemptFailed', () => client.destroy());
    await t.end();
    t.log('attempted', client.autoSelectFamilyAttemptedAddresses);
  } },
  { title: 'data written before connecting goes to the address that answers', async run(t) {
    const server = t.server('server', (socket) => t.watch(socket, 'accepted'));
    const { port } = await t.listen(server);
    const client = t.connect('client', { port, host: 'some.name', autoSelectFamily: true,
      lookup: answer(t, '::1', '127.0.0.1') });
    t.log('write', client.write('early', t.fn('written', 'client')), client.bytesWritten, client.writableLength);
    await t.event(client, 'ready');
    client.end(t.fn('ended', 'client'));
    await t.end(server);
  } },
].map((scenario) => (scenario.newest ? scenario : since(20, '18 tried one address, and had no events', scenario)));
