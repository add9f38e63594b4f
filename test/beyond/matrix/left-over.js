'use strict';

/** What a process has open, before and after a scene. */

const fs = require('node:fs');

const { patience } = require('../../support/scale');
const { turns } = require('./features');

/** What the process has open: descriptors by what they are, and what Node waits for. */
function openNow() {
  const resources = process.getActiveResourcesInfo().filter((name) => name !== 'Immediate' && name !== 'Timeout');
  const counts = {};
  for (const name of resources) counts[name] = (counts[name] ?? 0) + 1;
  if (process.platform !== 'linux') return counts;
  for (const fd of fs.readdirSync('/proc/self/fd')) {
    let name;
    try {
      name = fs.readlinkSync(`/proc/self/fd/${fd}`).replace(/:?\[.*/, '').replace(/^\/.*/, 'file');
    } catch {
      continue; // that of the directory
    }
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Waits until nothing is open that was not before. @returns {Promise<object | null>} what is, if it stays */
async function leftOver(before) {
  const limit = Date.now() + patience(3000);
  let now = openNow();
  const isMore = () => Object.keys(now).some((name) => now[name] > (before[name] ?? 0));
  while (isMore() && Date.now() < limit) {
    await turns(1);
    now = openNow();
  }
  return isMore() ? now : null;
}

module.exports = { leftOver, openNow };
