'use strict';
// For `npm run test:programs`: the programs alone. One takes its time as a whole, in the hook before its tests.

module.exports = {
  spec: ['test/programs/*.test.js'],
  timeout: 100000,
};
