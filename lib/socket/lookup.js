'use strict';

/**
 * From the host that is to be connected to, to addresses: dns.lookup(), or the user's function, and Node's order of
 * families.
 */

const { codes } = require('../common/errors');
const { isIP } = require('../address/ip');
const { lazily } = require('../common/lazily');
const { kBoundToPath } = require('./state');
const { nextTick } = require('../common/timers');

/** As Node's net does: a program that knows addresses alone needs none of it. */
const dns = lazily(() => require('node:dns'));

/** An IPv6 family may be given as 6 or 'IPv6'; anything else goes to dns.lookup() as it is. */
function lookupOptions(family, hints, all) {
  const wanted = { IPv4: 4, IPv6: 6 }[family] ?? family;
  const options = { family: wanted, hints: hints || 0 };

  if (process.platform !== 'win32' && wanted !== 4 && wanted !== 6 && options.hints === 0) {
    options.hints = dns().ADDRCONFIG;
  }
  if (all) options.all = true;
  return options;
}

function destroySoon({ life }, error) {
  nextTick(() => life.destroy(error));
}

/** A lookup may answer late: when the socket was destroyed, and perhaps connects again. */
const isWanted = (socket, { life }) => socket.connecting && life.isCurrent;

/** Calls the lookup function, and `answered` with its first answer: what comes after that is not heard. */
function ask({ lookup }, { host, family, hints }, all, answered) {
  let isOpen = true;

  (lookup || dns().lookup)(host, lookupOptions(family, hints, all), (...answer) => {
    if (!isOpen) return;
    isOpen = false;
    answered(...answer);
  });
}

const isAddress = (ip) => typeof ip === 'string' && isIP(ip) !== 0;
const isFamily = (family) => family === 4 || family === 6;

function addressError(ip, family, options) {
  if (!isAddress(ip)) return new codes.ERR_INVALID_IP_ADDRESS(ip);
  return isFamily(family) ? null : new codes.ERR_INVALID_ADDRESS_FAMILY(family, options.host, options.port);
}

/** One address, of the family that is said to be its own: of another one there is nothing to connect by. */
function attemptOne(socket, ip, family, wanted, attempt) {
  attempt(socket, [ip], family === isIP(ip) ? wanted : { ...wanted, wrongFamily: family }, false);
}

function useOne(socket, options, wanted, attempt, [error, ip, family]) {
  if (wanted.life.isCurrent) socket.emit('lookup', error, ip, family, wanted.host);
  if (!isWanted(socket, wanted)) return;
  const failure = error || addressError(ip, family, options);
  if (failure) destroySoon(wanted, failure);
  else attemptOne(socket, ip, family, wanted, attempt);
}

function lookupOne(socket, options, wanted, attempt) {
  ask(options, wanted, false, (...answer) => useOne(socket, options, wanted, attempt, answer));
}

/** The families in turn, that of the first address first; each address once. */
function interleave(addresses) {
  const seen = new Set();
  const lists = { 4: [], 6: [] };
  let first = 0;

  for (const { address, family } of addresses) {
    if (!isAddress(address) || isIP(address) !== family || seen.has(address)) continue;
    seen.add(address);
    lists[family].push(address);
    first ||= family;
  }
  const [one, other] = first === 4 ? [lists[4], lists[6]] : [lists[6], lists[4]];
  const turns = Array.from({ length: Math.max(one.length, other.length) }, (_, i) => [one[i], other[i]]);
  return turns.flat().filter((address) => address !== undefined);
}

function lookupAll(socket, options, wanted, attempt) {
  ask(options, wanted, true, (...answer) => {
    const [error, found] = answer;
    if (!isWanted(socket, wanted)) return;
    if (error) {
      socket.emit('lookup', error, undefined, undefined, wanted.host);
      destroySoon(wanted, error);
      return;
    }
    if (Array.isArray(found)) useAll(socket, options, wanted, attempt, found.map((one) => one ?? {}));
    else useOne(socket, options, wanted, attempt, answer); // it does not know of `all`
  });
}

function useAll(socket, options, wanted, attempt, addresses) {
  for (const { address, family } of addresses) {
    socket.emit('lookup', null, address, family, wanted.host);
    if (!isWanted(socket, wanted)) return;
  }
  const list = interleave(addresses);
  if (list.length > 0) {
    attempt(socket, list, wanted, list.length > 1);
    return;
  }
  const first = addresses.find(({ address, family }) => isAddress(address) && isFamily(family)) ?? addresses[0];
  const failure = addressError(first?.address, first?.family, options);
  if (failure) destroySoon(wanted, failure);
  else attemptOne(socket, first.address, first.family, wanted, attempt);
}

/**
 * Finds the addresses of a host, and goes on with them: at once, in the next tick, or when the lookup has answered.
 * @param {object} socket
 * @param {object} options those of connect()
 * @param {object} wanted what connect-options.js made of them; `life`: of the socket, see life.js
 * @param {(socket: object, addresses: string[], wanted: object, many: boolean) => void} attempt
 */
function resolve(socket, options, wanted, attempt) {
  if (isIP(wanted.host)) {
    if (socket[kBoundToPath] !== null) { // at once, so that localAddress is known when connect() returns
      if (isWanted(socket, wanted)) attempt(socket, [wanted.host], wanted, false);
      return;
    }
    nextTick(() => {
      if (isWanted(socket, wanted)) attempt(socket, [wanted.host], wanted, false);
    });
    return;
  }
  socket._host = wanted.host;
  if (wantsAll(socket, options, wanted)) lookupAll(socket, options, raceFamily(wanted), attempt);
  else lookupOne(socket, options, wanted, attempt);
}

/** Whether all addresses of the name are to be tried: in a race also those of one family. */
function wantsAll(socket, options, wanted) {
  if (socket[kBoundToPath] !== null) return false;
  if (wanted.delay !== undefined) return options.autoSelectFamily !== false;
  const { family } = lookupOptions(wanted.family, wanted.hints, false);
  return wanted.select && family !== 4 && family !== 6 && !wanted.localAddress;
}

/** A race from a local address is one to addresses of its family. */
function raceFamily(wanted) {
  const { family, localAddress } = wanted;
  return localAddress && !family ? { ...wanted, family: isIP(localAddress) } : wanted;
}

module.exports = { resolve };
