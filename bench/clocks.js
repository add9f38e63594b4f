'use strict';
// clocks.js: what each thread of a process has used of the CPUs, by the clocks of the kernel (proc(5), schedstat).

const fs = require('node:fs');

/** Nanoseconds on a CPU of each thread, by its number. A thread that ends meanwhile has none. */
function clocks(pid) {
  const folder = `/proc/${pid}/task`;
  return new Map(fs.readdirSync(folder).flatMap((tid) => {
    try {
      return [[Number(tid), Number(fs.readFileSync(`${folder}/${tid}/schedstat`, 'latin1').split(' ')[0])]];
    } catch {
      return [];
    }
  }));
}

/** Nanoseconds that the threads have used since `before`: that of JavaScript, and all. */
function used(pid, before) {
  const now = clocks(pid);
  let all = 0;
  for (const [tid, time] of now) all += time - (before.get(tid) ?? 0);
  return { javascript: now.get(pid) - (before.get(pid) ?? 0), all };
}

module.exports = { clocks, used };
