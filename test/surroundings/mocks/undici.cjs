'use strict';
// The MockAgent of undici, whose own sockets are those of net.

const { MockAgent, fetch, request, setGlobalDispatcher } = require('undici');

const { main, real, say } = require('./kit.cjs');

const ask = (url) => request(url).then(({ body }) => body.text(), (error) => error.code);

main(async () => {
  say('before', await ask(`${real}/a`));
  const agent = new MockAgent();
  agent.disableNetConnect();
  setGlobalDispatcher(agent);
  agent.get('http://example.test').intercept({ path: '/b' }).reply(200, 'mocked').times(2);
  say('request', await ask('http://example.test/b'));
  say('fetch', await fetch('http://example.test/b').then((response) => response.text()));
  say('refused', await ask(`${real}/c`));
});
