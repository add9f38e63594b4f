'use strict';
// Every test/**/*.test.js, unless files are named. No `exit`: a test that leaves something open keeps the process
// alive, and that must show.

module.exports = {
  extension: ['test.js'],
  recursive: true,
  ignore: [
    'test/fixtures/**',
    'test/node/conformance/**',
    'test/node/differential/**',
    'test/packaging/**',
    'test/programs/**',
    'test/support/**',
    'test/surroundings/**',
    'test/website/**',
  ],
  timeout: 20000,
  retries: Number(process.env.CNET_TEST_RETRIES ?? 0), // those of .ci/run, which names each test that needed one
};
