'use strict';

module.exports = require('cnet');
