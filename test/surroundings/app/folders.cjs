'use strict';
// Two folders of the package, of two versions, at once.

const first = require('cnet');
const second = require('./other/required.cjs');
const exercise = require('./exercise.cjs');

(async () => {
  console.log((await Promise.all([exercise(first), exercise(second)])).join('\n'));
})();
