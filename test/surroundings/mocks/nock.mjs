// nock.mjs <package>: answers of nock to http, https, fetch and a socket of net; what passes; and after restore().

import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

import kit from './kit.cjs';

const { get, main, port, real, say, text } = kit;
const { default: nock } = await import(process.argv[2]);

const post = (agent) => new Promise((resolve) => {
  const request = http.request({ port, host: '127.0.0.1', path: '/pass', method: 'POST', agent }, async (response) =>
    resolve(await text(response)),
  );
  request.on('error', (error) => resolve(error.code));
  for (let i = 0; i < 4; i++) request.write('x'.repeat(100000));
  request.end();
});

main(async () => {
  nock('http://example.test').get('/a').times(2).reply(200, 'mocked');
  nock('https://example.test').get('/b').reply(201, 'mocked');
  say('http', await get('http://example.test/a'));
  say('https', await get('https://example.test/b', {}, https));
  say(
    'a socket of net',
    await get('http://example.test/a', { agent: undefined, createConnection: (options) => net.connect(options) }),
  );
  say('passes', await post(new http.Agent()));
  const agent = new http.Agent({ keepAlive: true });
  say('is kept alive', await post(agent), await post(agent));
  nock(real).get('/c').reply(202, 'mocked');
  say('to a server that there is', await get(`${real}/c`));
  nock.disableNetConnect();
  say('refused', (await get(`${real}/d`)).slice(0, 11));
  nock.enableNetConnect();
  nock.cleanAll();
  nock.restore();
  say('restored', await get(`${real}/e`));
});
