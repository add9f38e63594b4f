'use strict';
// address.js: fails while `repository`, `homepage` and `bugs` of package.json do not say where the project is hosted:
// it stands before `npm publish`. A clone does not know: what stands there is a name that can belong to nobody (RFC
// 2606). The workflow of a release does, and fills it in by `npm pkg set`.

const fs = require('node:fs');
const path = require('node:path');

const { ROOT, ToolError, tool } = require('./run.js');

const FILE = path.join(ROOT, 'package.json');

/** Names under it are of nobody, for ever. */
const NOBODYS = /\.example$/;

/**
 * The fields for an address.
 * @param {string} address of the project's page, without a slash at its end
 */
const fieldsFor = (address) => ({
  homepage: `${address}#readme`,
  bugs: { url: `${address}/issues` },
  repository: { type: 'git', url: `git+${address}.git` },
});

/** @returns {string | null} the address that a package.json names; null: the three fields are not of one */
function addressOf(manifest) {
  const address = /^git\+(https:\/\/[^/]+\/.+)\.git$/.exec(manifest.repository?.url ?? '')?.[1] ?? '';
  const { homepage, bugs, repository } = manifest;
  return JSON.stringify({ homepage, bugs, repository }) === JSON.stringify(fieldsFor(address)) ? address : null;
}

function check(manifest) {
  const address = addressOf(manifest);
  if (address === null)
    throw new ToolError('repository, homepage and bugs in package.json do not name the same address');
  if (NOBODYS.test(new URL(address).hostname)) {
    throw new ToolError(
      `package.json does not say where the project is hosted (${address} is a placeholder): run npm pkg set repository.url=git+https://HOST/OWNER/NAME.git, and set homepage and bugs.url`,
    );
  }
}

module.exports = { addressOf, fieldsFor };

if (require.main === module) tool(() => check(JSON.parse(fs.readFileSync(FILE, 'utf8'))));
