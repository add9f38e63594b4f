import { createRequire } from 'node:module';

import { expect, test, vi } from 'vitest';

import net, { Socket } from 'cnet';
import exercise from './exercise.cjs';
import expected from './expected.json';

const require = createRequire(import.meta.url);

test('the program', async () => expect(await exercise(net)).toBe(expected));

test('the entries are one', () => expect(require('cnet').Socket).toBe(Socket));

test('after resetModules(), the new one and the old one', async () => {
  vi.resetModules();
  const { default: next } = await import('cnet');
  expect(await exercise(next)).toBe(expected);
  expect(await exercise(net)).toBe(expected);
});

test('a Buffer is one', async () => {
  const server = net.createServer((socket) => socket.end('data'));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const socket = net.connect(server.address().port, '127.0.0.1');
  const data = await new Promise((resolve) => { socket.once('data', resolve); });
  server.close();
  expect(data).toBeInstanceOf(Buffer);
});
