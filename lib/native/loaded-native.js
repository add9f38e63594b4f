'use strict';

/** The native part as it is loaded, once per environment: for what binding.js needs itself. All else requires that. */

module.exports = require('./native-file').loadNative();
