'use strict';

const net = require('cnet');
const exercise = require('./exercise.cjs');

exercise(net).then(console.log);
