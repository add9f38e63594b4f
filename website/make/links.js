'use strict';
// links.js: checks that each link within the built site leads to an existing page and anchor.

const fs = require('node:fs');
const path = require('node:path');

const ATTRIBUTE = /\s(href|src|id)="([^"]*)"/g;

const decode = (text) => decodeURIComponent(text.replaceAll('&amp;', '&'));

/* The file that a server of the site would answer with. */
function fileOf(dir, place) {
  const isFile = (file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile();
  return [place, `${place}.html`, path.posix.join(place, 'index.html')].map((name) => path.join(dir, name)).find(isFile);
}

/**
 * The links that lead nowhere.
 * @param {string} dir the built site
 * @returns {{ pages: number, links: number, problems: string[] }}
 */
function checkLinks(dir) {
  const names = fs.readdirSync(dir, { recursive: true }).filter((name) => name.endsWith('.html'));
  const pages = new Map();
  for (const name of names) {
    const ids = new Set();
    const targets = new Set();
    for (const [, attribute, value] of fs.readFileSync(path.join(dir, name), 'utf8').matchAll(ATTRIBUTE)) {
      if (attribute === 'id') ids.add(decode(value));
      else if (!/^([a-z]+:|\/\/)/i.test(value)) targets.add(decode(value));
    }
    pages.set(path.join(dir, name), { ids, targets });
  }

  const problems = [];
  let links = 0;
  for (const [file, { targets }] of pages) {
    const from = path.relative(dir, file).split(path.sep).join('/');
    for (const target of targets) {
      links++;
      const [place, hash = ''] = target.split('#');
      const whole = place.startsWith('/') ? place.slice(1) : path.posix.join(path.posix.dirname(from), place);
      const found = place === '' ? file : fileOf(dir, whole);
      if (found === undefined) problems.push(`${from}: ${target} is no page`);
      else if (hash !== '' && pages.has(found) && !pages.get(found).ids.has(hash))
        problems.push(`${from}: ${target} is no anchor`);
    }
  }
  return { pages: pages.size, links, problems };
}

module.exports = { checkLinks };
