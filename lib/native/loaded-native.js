'use strict';

/** The native part as it is loaded, once per environment: for those that binding.js itself needs. All others require that one. */

module.exports = require('./native-file').loadNative();
