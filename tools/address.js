'use strict';
// address.js: where the project is hosted, as package.json says it in `repository`, `homepage` and `bugs`. A clone does not
// know: what stands there is a name that can belong to nobody (RFC 2606). The workflow of a release knows, and fills it in.
//   node tools/address.js https://github.com/OWNER/NAME    writes the three fields
//   node tools/address.js --check                          fails while they name no place: it stands before `npm publish`

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
  if (address === null) throw new ToolError('repository, homepage and bugs of package.json are not of one address');
  if (NOBODYS.test(new URL(address).hostname)) {
    throw new ToolError(`package.json names no place where the project is (${address}): node tools/address.js https://github.com/OWNER/NAME`);
  }
}

module.exports = { addressOf, fieldsFor };

if (require.main === module) {
  tool(() => {
    const [arg, ...rest] = process.argv.slice(2);
    const manifest = JSON.parse(fs.readFileSync(FILE, 'utf8'));
    if (arg === '--check' && rest.length === 0) {
      check(manifest);
    } else if (/^https:\/\/[^/]+\/.*[^/]$/.test(arg ?? '') && rest.length === 0) {
      fs.writeFileSync(FILE, `${JSON.stringify({ ...manifest, ...fieldsFor(arg) }, null, 2)}\n`);
    } else {
      throw new ToolError('usage: node tools/address.js --check | https://HOST/OWNER/NAME');
    }
  });
}
