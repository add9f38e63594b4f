import { createRequire } from 'node:module';

import { expect, jest, test } from '@jest/globals';

import net, { Socket } from 'cnet';
import exercise from './exercise.cjs';

const require = createRequire(import.meta.url);
const expected = require('./expected.json');

test('the program', async () => expect(await exercise(net)).toBe(expected));

test('the entries are one', () => expect(require('cnet').Socket).toBe(Socket));

test('after resetModules(), the new one and the old one', async () => {
  jest.resetModules();
  const { default: next } = await import('cnet');
  expect(await exercise(next)).toBe(expected);
  expect(await exercise(net)).toBe(expected);
});
