'use strict';

const assert = require('node:assert');

const { VERSION } = require('../../lib/native/native-file.js');
const { version } = require('../../package.json');

describe('the native part that a bundle finds', () => {
  it('must be of the version of the package', () => assert.strictEqual(VERSION, version));
});
