'use strict';

/** What a fixture has found out, for reportOf() of child.js: one line of JSON. */
const report = (...facts) => console.log(JSON.stringify(facts));

module.exports = { report };
