'use strict';
/* global expect, jest */

const exercise = require('./exercise.cjs');
const expected = require('./expected.json');

const net = require('cnet');

const anew = () => {
  jest.resetModules();
  return require('cnet');
};

const isolated = () => {
  let own;
  jest.isolateModules(() => { own = require('cnet'); });
  return own;
};

test('the program', async () => expect(await exercise(net)).toBe(expected));

test('after resetModules(), the new one and the old one', async () => {
  const next = anew();
  expect(await exercise(next)).toBe(expected);
  expect(await exercise(net)).toBe(expected);
});

test('in isolateModules(), several at once', async () => {
  const all = [net, isolated(), isolated()];
  expect(await Promise.all(all.map(exercise))).toEqual(all.map(() => expected));
});

test('a Buffer is one', async () => {
  const server = net.createServer((socket) => socket.end('data'));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const socket = net.connect(server.address().port, '127.0.0.1');
  const data = await new Promise((resolve) => { socket.once('data', resolve); });
  server.close();
  expect(data).toBeInstanceOf(Buffer);
  expect(data).toEqual(Buffer.from('data'));
});

test('a mock of a function is used', async () => {
  const spy = jest.spyOn(net, 'connect').mockImplementation(() => 'mocked');
  expect(net.connect(1)).toBe('mocked');
  spy.mockRestore();
  expect(await exercise(net)).toBe(expected);
});
