// Answers of msw to http, https and fetch; what passes; and after close().

import https from 'node:https';

import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';

import kit from './kit.cjs';

const { get, main, real, say } = kit;

main(async () => {
  const server = setupServer(
    http.get('http://example.test/a', () => HttpResponse.text('mocked')),
    http.get('https://example.test/b', () => HttpResponse.text('mocked', { status: 201 })),
    http.get(`${real}/c`, () => HttpResponse.text('mocked')),
  );
  server.listen({ onUnhandledRequest: 'bypass' });
  say('http', await get('http://example.test/a'));
  say('https', await get('https://example.test/b', {}, https));
  say('fetch', await fetch('http://example.test/a').then((response) => response.text()));
  say('to a server that there is', await get(`${real}/c`));
  say('passes', await get(`${real}/d`));
  server.close();
  say('closed', await get(`${real}/c`));
});
