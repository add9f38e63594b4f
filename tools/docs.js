'use strict';
// docs.js: `npm run docs [-- --serve]`: builds the documentation as a site, in website/dist/, and checks its links.
// --serve: then shows it on this computer. What it needs is installed into website/ when it is missing.

const path = require('node:path');

const { ensure, ensurePackages } = require('./ensure.js');
const { write } = require('./platforms/table.js');
const { ROOT, ToolError, run, showWork, tool } = require('./run.js');

const WEBSITE = path.join(ROOT, 'website');
const SITE = path.join(WEBSITE, 'dist');
const VITEPRESS = path.join(WEBSITE, 'node_modules', 'vitepress', 'bin', 'vitepress.js');

/**
 * Builds the site.
 * @returns {Promise<{ pages: number, links: number, entries: number }>} what was made, and checked
 * @throws {ToolError} a link leads nowhere, or VitePress has failed
 */
async function buildSite() {
  await ensure({ build: false }); // TypeScript is among the project's own packages
  await ensurePackages(WEBSITE);
  const { checkLinks } = require('../website/make/links.js');
  const { writePages } = require('../website/make/pages.js');
  return showWork('building the documentation', async () => {
    const { entries } = writePages();
    const { status, output } = await run(process.execPath, [VITEPRESS, 'build', WEBSITE], { quiet: true });
    if (status !== 0) throw new ToolError(`${output}\nVitePress ended with status ${status}`);
    const { pages, links, problems } = checkLinks(SITE);
    if (problems.length > 0) throw new ToolError(`these links lead nowhere:\n${problems.join('\n')}`);
    return { pages, links, entries: entries.length };
  });
}

module.exports = { SITE, WEBSITE, buildSite };

if (require.main === module) {
  tool(async () => {
    const args = process.argv.slice(2);
    if (args.some((arg) => arg !== '--serve')) throw new ToolError('usage: npm run docs [-- --serve]');
    write(); // the table of docs/platforms.md
    const { pages, links, entries } = await buildSite();
    console.log(`website/dist: ${pages} pages, ${entries} entries of the API, ${links} links that lead somewhere`);
    if (args.length === 0) return 0;
    return (await run(process.execPath, [VITEPRESS, 'preview', WEBSITE])).status;
  });
}
