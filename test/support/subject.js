'use strict';

const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');

/** The module under test; CNET_API_SUBJECT=node:net shows what Node's own does. */
const SUBJECT = process.env.CNET_API_SUBJECT ?? ROOT;
const MAJOR = Number(process.versions.node.split('.')[0]);

module.exports = {
  MAJOR, ROOT, SUBJECT,
  /** Loaded when a test asks for it: some run it in other processes alone. */
  get net() {
    return require(SUBJECT);
  },
};
