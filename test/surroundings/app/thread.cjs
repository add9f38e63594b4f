'use strict';
// The program in a thread as well as here.

const { Worker, isMainThread } = require('node:worker_threads');

const net = require('cnet');
const exercise = require('./exercise.cjs');

exercise(net).then((text) => {
  console.log(text);
  if (isMainThread) new Worker(__filename);
});
