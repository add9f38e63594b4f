'use strict';

/**
 * The part of cnet/register for tools that ask what keeps a process alive: process._getActiveHandles() names cnet's
 * sockets and servers too, and process.getActiveResourcesInfo() counts them, by the names that Node's own have
 * (process.md, process.getActiveResourcesInfo()).
 */

const { handles } = require('../native/events.js');
const { ACTIVE_HANDLES } = require('../node-internals/process.js');
const { replace } = require('../common/replace.js');
const { kOwner } = require('../common/symbols.js');

const active = () => handles.filter((handle) => handle !== undefined && handle.id >= 0 && handle.hasRef());

function typeOf(handle) {
  const { TCP } = require('../native/handle.js'); // loaded already, as there is a handle
  const { Server } = require('../server/server.js');
  if (!(handle instanceof TCP)) return 'PipeWrap'; // servers too
  return handle[kOwner] instanceof Server ? 'TCPServerWrap' : 'TCPSocketWrap';
}

const ADDED = {
  [ACTIVE_HANDLES]: (handle) => handle[kOwner] ?? handle,
  getActiveResourcesInfo: typeOf,
};

/**
 * @param {() => boolean} isActive while it says false, only Node's own are named
 * @returns {(() => void)[]} the steps that take it back
 */
function registerActive(isActive) {
  return Object.entries(ADDED).map(([name, describe]) =>
    replace(process, name, (next) => function withOwn(...args) {
      const found = Reflect.apply(next(), this, args);
      return isActive() ? [...found, ...active().map(describe)] : found;
    }),
  );
}

module.exports = { registerActive };
