'use strict';

/**
 * Loaded by each entry of the package before anything else: an error for a runtime that the native part cannot run
 * on. Bun ends the process when the native part calls a function of libuv that Bun has in name only, and Deno lacks
 * most of them, so that neither can be left to find out (docs/surroundings.md). `process.versions` decides, which the
 * runtime alone can fill; a global named `Deno` or `Bun` can be a shim under Node.
 */

const WITHOUT_LIBUV = [
  ['bun', 'Bun'],
  ['deno', 'Deno'],
];

/**
 * @param {NodeJS.ProcessVersions} versions those of the running process
 * @returns {Error | null} why cnet does not run here
 */
function unsupported(versions) {
  const found = WITHOUT_LIBUV.find(([key]) => versions[key] !== undefined);
  if (found === undefined) return null;
  const [key, name] = found;
  const error = new Error(
    `cnet does not run on ${name} ${versions[key]}: its native part needs the TCP and pipe functions of libuv ` +
      `(uv_tcp_init, uv_listen, uv_read_start, uv_write and others), which ${name} does not have. It runs on Node 18 ` +
      `and newer; on ${name} there is node:net.`,
  );
  // that of a platform without a native part: a program that falls back asks for one code
  error.code = 'ERR_DLOPEN_FAILED';
  return error;
}

const error = unsupported(process.versions);
if (error !== null) throw error;

module.exports = { unsupported };
