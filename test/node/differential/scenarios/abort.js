'use strict';

const { since } = require('../since');

const reason = () => Object.assign(new Error('my reason'), { code: 'MINE' });

function stages(name, abort) {
  return [
    { title: `${name}: before connect`, async run(t) {
      const controller = new AbortController();
      abort(controller);
      const client = t.try('connect', () =>
        t.connect('client', { port: t.refused(), host: '127.0.0.1', signal: controller.signal }));
      t.log('state', t.state(client), client.errored);
      t.ticks('after connect', 'client');
      await t.end();
    } },
    { title: `${name}: while the name is looked up`, async run(t) {
      const controller = new AbortController();
      let answer;
      const lookup = (host, options, done) => { answer = done; };
      const client = t.connect('client', { port: t.refused(), host: 'some.name', lookup, signal: controller.signal });
      await t.turns(1);
      abort(controller);
      t.log('state', t.state(client));
      await t.closed(client);
      answer(null, '127.0.0.1', 4);
      await t.turns(2);
    } },
    { title: `${name}: while connecting`, async run(t) {
      const controller = new AbortController();
      const server = t.track(t.peer.createServer(), 'server');
      const { port } = await t.listen(server);
      const client = t.connect('client', { port, host: '127.0.0.1', signal: controller.signal });
      abort(controller);
      t.log('state', t.state(client));
      await t.closed(client);
    } },
    { title: `${name}: when connected`, async run(t) {
      const controller = new AbortController();
      const { client, accepted } = await t.pair({ client: { signal: controller.signal } });
      t.watch(client, 'client');
      t.watch(accepted, 'accepted');
      client.write('before', t.fn('written', 'client'));
      await t.event(accepted, 'data');
      abort(controller);
      t.log('state', t.state(client));
      t.ticks('after abort', 'client');
      await t.end();
    } },
    { title: `${name}: when closed`, async run(t) {
      const controller = new AbortController();
      const { client, accepted } = await t.pair({ client: { signal: controller.signal } });
      t.watch(client, 'client');
      accepted.resume();
      client.destroy();
      await t.closed(client, accepted);
      abort(controller);
      await t.turns(2);
    } },
    { title: `${name}: a server`, async run(t) {
      const controller = new AbortController();
      const server = t.server('server');
      await t.listen(server, { port: 0, host: '127.0.0.1', signal: controller.signal });
      abort(controller);
      t.log('listening', server.listening, server.address());
      await t.closed(server);
    } },
    { title: `${name}: a server before listening`, async run(t) {
      const controller = new AbortController();
      abort(controller);
      const server = t.server('server');
      t.try('listen', () => server.listen({ port: 0, host: '127.0.0.1', signal: controller.signal }));
      t.ticks('after listen', 'server');
      await t.turns(3);
      t.log('listening', server.listening);
    } },
  ];
}

const NEWEST = {
  'abort: while the name is looked up': [20, '18 still told the answer of the lookup'],
  'abort: a server before listening': [20, '18 told of listening all the same'],
  'abort with a reason: while the name is looked up': [20, '18 still told the answer of the lookup'],
  'abort with a reason: a server before listening': [20, '18 told of listening all the same'],
};

module.exports = [
  ...stages('abort', (controller) => controller.abort()),
  ...stages('abort with a reason', (controller) => controller.abort(reason())),
  { title: 'signal in the constructor, socket never connected', async run(t) {
    const controller = new AbortController();
    const client = t.socket('client', { signal: controller.signal });
    controller.abort();
    t.log('state', t.state(client));
    await t.closed(client);
  } },
  { title: 'a server with open connections', async run(t) {
    const controller = new AbortController();
    const server = t.server('server');
    const { port } = await t.listen(server, { port: 0, host: '127.0.0.1', signal: controller.signal });
    const client = t.connect('client', port, '127.0.0.1');
    const [socket] = await t.event(server, 'connection');
    t.watch(socket, 'accepted');
    controller.abort();
    await t.turns(3);
    t.log('states', t.state(client), t.state(socket), server.listening);
    client.end();
    await t.end();
  } },
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
