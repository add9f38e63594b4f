'use strict';
// The documentation as a site: `npm run docs` makes it, and Chromium looks at it.

/* global document, getComputedStyle, innerWidth, location -- of the page, in what the browser is given */

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { namesOfModule, namesOfTypes } = require('../../tools/api-names.js');
const { SITE, buildSite } = require('../../tools/docs.js');
const { checkLinks } = require('../../website/make/links.js');
const { makePages } = require('../../website/make/pages.js');
const net = require('../..');
const { findChromium, serveSite, startBrowser } = require('./kit');

/** Members that are none of the program's business, or every stream's. */
const isInside = (name) => name.startsWith('_') || ['native', 'on', 'Symbol.dispose'].includes(name);

describe('the entries of the reference', () => {
  let entries;
  let made;
  const named = (wanted) => entries.flatMap(({ names }) => names).filter(wanted).map(({ name }) => name);

  before(function () {
    this.timeout(60000);
    made = makePages();
    ({ entries } = made);
  });

  it('no link leads nowhere', () => assert.deepStrictEqual(made.problems, []));

  it('there is one for each function and class that cnet exports', () => {
    const there = new Set(entries.flatMap(({ names }) => names.map(({ name }) => name)));
    const missing = namesOfModule(net).exports.filter((name) => !there.has(name) && !isInside(name));
    assert.deepStrictEqual(missing, []);
  });

  it('there is one for each member of its classes', () => {
    const there = new Set(entries.flatMap(({ names }) => names.map(({ name }) => name)));
    const missing = [...namesOfModule(net).members].flatMap(([name, members]) =>
      members.filter((member) => !there.has(member) && !isInside(member)).map((member) => `${name}: ${member}`));
    assert.deepStrictEqual(missing, []);
  });

  it('there is one for each event and each option of the types of Node', () => {
    const { events, options } = namesOfTypes();
    const there = new Set(entries.flatMap(({ names }) => names.flatMap(({ name, code }) => [name, ...code.match(/\w+/g)])));
    const ofStreams = ['readable', 'finish', 'pause', 'resume', 'pipe', 'unpipe'];
    assert.deepStrictEqual([...events, ...options].filter((name) => !there.has(name) && !ofStreams.includes(name)), []);
  });

  it('there is one for each error that docs/api.md names', () => {
    const errors = new Set(named(({ kind }) => kind === 'error'));
    assert.ok(errors.size > 25 && errors.has('ERR_SOCKET_IN_USE') && errors.has('ABORT_ERR'));
  });

  it('each has an anchor of its own', () => {
    const all = entries.flatMap(({ page, ids }) => ids.map((id) => `${page}#${id}`));
    assert.deepStrictEqual(all.filter((id, i) => all.indexOf(id) !== i), []);
  });

  it('each says since when Node and cnet have it', () => {
    const without = entries.filter(({ node, cnet }) => !/\d|not|undocumented/.test(node ?? '') || !/^\d/.test(cnet ?? ''));
    assert.deepStrictEqual(without.map(({ title }) => title), []);
  });

  it('each method, function, event and option of a call has its type', () => {
    const kinds = ['class', 'method', 'event', 'function'];
    const without = entries
      .filter(({ page }) => page !== 'not-in-nodes-documents')
      .flatMap(({ names }) => names)
      .filter(({ kind, place, signature }) => signature === null && (kinds.includes(kind) || /\(\)$/.test(place ?? '')));
    assert.deepStrictEqual(without.map(({ code }) => code), []);
  });

  it('each option has a default', () => {
    const options = entries.filter(({ names }) => names[0].kind === 'option');
    assert.ok(options.length > 60);
    assert.deepStrictEqual(options.filter(({ fallback }) => !fallback).map(({ title }) => title), []);
    assert.strictEqual(options.find(({ title }) => title === 'backlog').fallback, '511');
  });

  it('each method, function, event and option has an example', () => {
    const kinds = ['class', 'method', 'event', 'function', 'option'];
    const without = entries
      .filter(({ page }) => page !== 'not-in-nodes-documents')
      .filter(({ names, example }) => example === null && kinds.includes(names[0].kind));
    assert.deepStrictEqual(without.map(({ title }) => title), []);
  });
});

describe('the site', function () {
  this.slow(10000);
  let browser;
  let page;
  let site;
  let counts;
  let temp;
  const complaints = [];

  before(async function () {
    this.timeout(600000);
    counts = await buildSite();
    site = await serveSite();
    temp = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-site-'));
    const chromium = findChromium();
    if (chromium !== null) browser = await startBrowser(chromium);
  });

  beforeEach(async function () {
    if (!this.currentTest.title.startsWith('in Chromium')) return;
    if (browser === undefined) {
      this.currentTest.title += ' (left out: there is no Chromium; Debian has it as chromium)';
      this.skip();
    }
    page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    page.on('console', (message) => {
      if (['error', 'warn', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()} ${response.status()}`);
    });
  });

  afterEach(async () => {
    await page?.close();
    page = undefined;
    assert.deepStrictEqual(complaints.splice(0), []);
  });

  after(async () => {
    await browser?.close();
    site?.close();
    if (temp !== undefined) fs.rmSync(temp, { recursive: true });
  });

  it('npm run docs makes a page of each document, and no link of them leads nowhere', () => {
    assert.ok(counts.pages > 40 && counts.links > 1000 && counts.entries > 200, JSON.stringify(counts));
  });

  it('a link that leads nowhere would be found', () => {
    fs.writeFileSync(path.join(temp, 'a.html'), '<p id="x"></p><a href="./a#x">1</a><a href="/b">2</a><a href="#y">3</a>');
    assert.deepStrictEqual(checkLinks(temp).problems, ['a.html: /b is no page', 'a.html: #y is no anchor']);
  });

  it('in Chromium the search finds an event, and a click leads to its entry', async () => {
    await page.goto(`${site.url}/`, { waitUntil: 'networkidle0' });
    await page.click('.VPNavBarSearch button');
    await page.waitForSelector('#localsearch-input');
    await page.type('#localsearch-input', 'connectionAttemptTimeout');
    await page.waitForSelector('#localsearch-list a.result');
    await page.click('#localsearch-list a.result');
    await page.waitForFunction(() => location.pathname !== '/' && location.hash !== '');
    const { place, text } = await page.evaluate(() => ({
      place: location.pathname + location.hash,
      text: document.getElementById(decodeURIComponent(location.hash.slice(1)))?.textContent,
    }));
    assert.match(place, /^\/api\/socket.*#socket-event-connectionattempttimeout$/);
    assert.match(text, /connectionAttemptTimeout/);
  });

  it('in Chromium the front page, a chapter of the API and a diagram are drawn, in light and in dark', async () => {
    for (const place of ['/', '/api/socket', '/architecture']) {
      await page.goto(site.url + place, { waitUntil: 'networkidle0' });
      const colours = [];
      const shots = [];
      for (const theme of ['light', 'dark']) {
        await page.evaluate((isDark) => document.documentElement.classList.toggle('dark', isDark), theme === 'dark');
        colours.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
        const file = path.join(temp, `${theme}.png`);
        await page.screenshot({ path: file });
        const bytes = fs.readFileSync(file);
        shots.push(bytes.length);
        assert.deepStrictEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [1280, 900], place);
      }
      assert.notStrictEqual(colours[0], colours[1], place);
      assert.ok(shots.every((size) => size > 20000), `${place}: nothing is on the page: ${shots}`);
      const broken = await page.evaluate(() =>
        [...document.images].filter((one) => !one.naturalWidth).map((one) => one.src));
      assert.deepStrictEqual(broken, [], place);
    }
  });

  it('in Chromium a click on the switch makes the page dark', async () => {
    await page.goto(`${site.url}/move`, { waitUntil: 'networkidle0' });
    const isDark = () => page.evaluate(() => document.documentElement.classList.contains('dark'));
    const before = await isDark();
    await page.click('.VPNavBarAppearance button');
    assert.strictEqual(await isDark(), !before);
  });

  it('in Chromium no page is wider than the screen of a telephone', async function () {
    this.timeout(200000); // some fifty pages
    await page.setViewport({ width: 390, height: 800 });
    for (const name of fs.readdirSync(SITE, { recursive: true }).filter((file) => file.endsWith('.html'))) {
      if (name === '404.html') continue;
      await page.goto(`${site.url}/${name.replace(/(index)?\.html$/, '')}`, { waitUntil: 'load' });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
    }
  });
});
