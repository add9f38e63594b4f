'use strict';

/** Multipath TCP (RFC 8684): one connection over several networks. C makes the sockets for it. */

const { linuxFlag } = require('../common/platform');
const { BIND: { MULTIPATH } } = require('../native/constants');
const { ask } = require('./fast-open');

/** @returns {boolean} the option of connect() */
const multipathOption = (options) => linuxFlag(options, 'multipath');

/** @returns {number} the flag of bind() for the option of listen(), or 0 */
const multipathFlag = (options) => (multipathOption(options) ? MULTIPATH : 0);

const methods = {
  /** Whether both ends speak multipath TCP, and not TCP alone. */
  get multipath() {
    return ask(this, 'isMultipath');
  },
};

module.exports = { methods, multipathFlag, multipathOption };
