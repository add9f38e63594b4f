'use strict';
// The tests of what stands around programs, which `npm test` leaves out.

module.exports = { spec: 'test/surroundings/*.test.js', timeout: 180000 };
