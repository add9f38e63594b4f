'use strict';

const net = require('cnet');

exports.net = { ...net };
