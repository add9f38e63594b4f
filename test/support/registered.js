'use strict';

// Runs one scenario of Node's http on Node's own net, and with cnet/register-http: the outcome must be the same.

const assert = require('node:assert');

const registerHttp = require('../../lib/register-http');
const { cnet, nodeNet, withBin } = require('./compare');

/**
 * @param {(bin: object, Socket: Function) => Promise<any>} scenario is given the class that sockets of http then have
 * @returns {Promise<any>} what comes out of both
 */
async function same(scenario) {
  registerHttp.unregister();
  const expected = await withBin((bin) => scenario(bin, nodeNet.Socket));
  registerHttp.register();
  const actual = await withBin((bin) => scenario(bin, cnet.Socket));
  assert.deepStrictEqual(actual, expected);
  return actual;
}

module.exports = { same };
