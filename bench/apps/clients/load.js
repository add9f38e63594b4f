'use strict';
// load.js: a load generator, the `generator` of the options: an operation is a request, or a handshake. Without it
// the client `instead` does the same with Node.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const { isHere } = require('../commands.js');
const { obeyBy, options } = require('../program.js');

const { port, secure, post, close, http1, seconds = 1, atOnce = 1 } = options;
const url = `http${secure ? 's' : ''}://127.0.0.1:${port}/`;

/* A script of wrk's, for requests with a body. */
function postScript() {
  const file = path.join(options.local, 'post.lua');
  fs.writeFileSync(file, `wrk.method = "POST"\nwrk.body = string.rep("x", ${post})\n`);
  return ['-s', file];
}

/**
 * Of each: its command line for so many operations, what it says of those that are done, and what failures look like.
 */
const GENERATORS = {
  wrk: {
    command: () => [
      'wrk',
      '-t1',
      `-c${atOnce}`,
      `-d${seconds}s`,
      '--timeout',
      '60s',
      ...(post ? postScript() : []),
      url,
    ],
    done: /(\d+) requests in/,
    failed: /Socket errors: .*|Non-2xx.*/,
  },
  ab: {
    command: (times) => ['ab', '-q', ...(close ? [] : ['-k']), '-n', times, '-c', atOnce, url],
    done: /Complete requests:\s+(\d+)/,
    failed: /Failed requests:\s+[1-9].*|Non-2xx.*/,
  },
  h2load: {
    command: (times) => (http1
      ? ['h2load', '--h1', '-n', times, '-c', atOnce, url]
      : ['h2load', '-n', times, '-c', 1, '-m', atOnce, url]),
    done: /(\d+) succeeded/,
    failed: /[1-9]\d* failed|[1-9]\d* errored/,
  },
  openssl: {
    command: () => ['openssl', 's_time', '-connect', `127.0.0.1:${port}`, '-new', '-time', seconds],
    done: /(\d+) connections in \d+ real/,
    failed: /ERROR.*/,
  },
};

async function generate({ command, done, failed }, times) {
  const [program, ...args] = command(times).map(String);
  const { stdout } = await promisify(execFile)(program, args);
  const found = done.exec(stdout);
  if (failed.test(stdout) || found === null) throw new Error(`${program}: ${failed.exec(stdout)?.[0] ?? stdout}`);
  return Number(found[1]);
}

if (options.generator && isHere(options.generator)) obeyBy((times) => generate(GENERATORS[options.generator], times));
else require(`./${options.instead}.js`);
