'use strict';
// The tests of the packed package, which `npm test` leaves out.

module.exports = { spec: 'test/packaging/*.test.js', timeout: 300000 };
