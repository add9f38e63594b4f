'use strict';
// For `npm run test:docs`: the documentation as a site. Building it takes its time, in the hook before the tests.

module.exports = {
  spec: ['test/website/*.test.js'],
  timeout: 60000,
};
