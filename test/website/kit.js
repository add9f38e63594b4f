'use strict';
// The built site under a server, and a browser to look at it.

const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const { createRequire } = require('node:module');
const path = require('node:path');

const { SITE, WEBSITE } = require('../../tools/docs.js');

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** Where Chromium may be, by its names on several systems. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

/** @returns {string | null} the command that starts Chromium; null: there is none */
function findChromium() {
  const named = process.env.CHROME_PATH;
  const found = (named ? [named] : BROWSERS).find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  if (found === undefined) return null;
  return path.isAbsolute(found) ? found : spawnSync('sh', ['-c', `command -v ${found}`]).stdout.toString().trim();
}

/** A server of the built site. @returns {Promise<{ url: string, close: () => void }>} */
async function serveSite() {
  const server = http.createServer((request, response) => {
    const place = decodeURIComponent(new URL(request.url, 'http://site').pathname);
    const file = path.join(SITE, path.posix.normalize(place), place.endsWith('/') ? 'index.html' : '');
    const found = [file, `${file}.html`].find((name) => fs.statSync(name, { throwIfNoEntry: false })?.isFile());
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': TYPES[path.extname(found ?? '')] ?? 'text/plain' });
    if (found === undefined) response.end();
    else fs.createReadStream(found).pipe(response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Starts Chromium without a window. @returns {Promise<import('puppeteer-core').Browser>} */
function startBrowser(executablePath) {
  const puppeteer = createRequire(path.join(WEBSITE, 'package.json'))('puppeteer-core');
  // root may not have a sandbox, and what is shown is our own
  return puppeteer.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

module.exports = { findChromium, serveSite, startBrowser };
