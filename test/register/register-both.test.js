'use strict';
// cnet/register beside cnet/register-http: http is on cnet whichever comes first, and whatever has become of the other.

const assert = require('node:assert');
const path = require('node:path');

const { runFixture } = require('../support/child');
const { patience } = require('../support/scale');

const OWN = { listens: true, connections: [true, true, true], own: [true, true, true] };
const NODES = { listens: false, connections: [false, false, false], own: [false, false, false] };

describe('cnet/register and cnet/register-http', function () {
  this.timeout(patience(30000));

  const orders = [
    'register register-http',
    'register-http register',
    'register net register-http',
    'register-http register net',
    'register net unregister register-http',
    'register register-http net unregister',
    'register unregister net register-http',
  ];
  for (const order of orders) {
    it(`${order}: servers and agents of http are on cnet, and a limit of a server counts what has gone`, async () => {
      const { status, stdout, stderr } = await runFixture(path.join('register', 'both.cjs'), order.split(' '));
      assert.deepStrictEqual({ status, stderr, own: JSON.parse(stdout) }, { status: 0, stderr: '', own: OWN });
    });
  }

  for (const order of ['register net', 'register register-http net unregister-http']) {
    it(`${order}: they are Node's`, async () => {
      const { status, stdout, stderr } = await runFixture(path.join('register', 'both.cjs'), order.split(' '));
      assert.deepStrictEqual({ status, stderr, own: JSON.parse(stdout) }, { status: 0, stderr: '', own: NODES });
    });
  }
});
