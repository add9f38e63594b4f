'use strict';

/**
 * setDefaults() and getDefaults(): what options are for the whole program when they are not given, and the same by
 * variables of the environment. What they do is in program-defaults.js.
 */

const { BlockList } = require('../address/block-list');
const { allowedUidsOption } = require('../server/allowed-uids');
const { prefixOption, rateOption } = require('../server/limits');
const defaults = require('../common/family-defaults');
const { codes, invalidArgType, invalidArgValue } = require('../common/errors');
const { needLinux } = require('../common/platform');
const { distance, nearest } = require('../common/nearest');
const { MOST, setIOThreads } = require('../options/io-threads');
const { NONE, PREFIX, program } = require('../options/program-defaults');
const { proxyOption } = require('../server/proxy-protocol');
const { findOption, listenOptionsOption, socketOptionsOption } = require('../options/socket-options');
const { validateBoolean, validateInt32, validateObject } = require('../common/validate');

const LARGEST = 2 ** 31 - 1;

/* --- what a value may be: check(value, name) throws as the option does; read(text) makes it of a variable --------- */

/** What no check takes. */
const NOTHING = Symbol('NOTHING');

const readInteger = (text) => (/^\d+$/.test(text) ? Number(text) : NOTHING);

function integer(min, max = LARGEST) {
  const check = (value, name) => validateInt32(value, name, min, max);
  return { check, read: readInteger, says: `an integer from ${min} to ${max}` };
}

function milliseconds(min) {
  const kind = integer(min);
  return { ...kind, says: `${kind.says} (milliseconds)` };
}

const flag = {
  check: validateBoolean,
  read: (text) => ({ true: true, 1: true, false: false, 0: false })[text.toLowerCase()] ?? NOTHING,
  says: 'true, false, 1 or 0',
};

const onLinux = (kind) => ({
  ...kind,
  check(value, name) {
    kind.check(value, name);
    if (value) needLinux(name);
  },
});

/** A number of clients that may send data with the handshake at once, or a flag. */
const fastOpenQueue = {
  check(value, name) {
    if (typeof value !== 'boolean') validateInt32(value, name, 0);
    if (value) needLinux(name);
  },
  read: (text) =>
    text === '1' || text === '0' ? text === '1' : readInteger(text) === NOTHING ? flag.read(text) : readInteger(text),
  says: `true, false, or an integer from 0 to ${LARGEST}`,
};

const permissions = {
  check: (value, name) => validateInt32(value, name, 0, 0o777),
  read: (text) => (/^(0o)?[0-7]+$/.test(text) ? Number.parseInt(text.replace('0o', ''), 8) : NOTHING),
  says: 'an octal number from 0 to 777',
};

const readJSON = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return NOTHING;
  }
};

const words = (text) => text.split(',').map((word) => word.trim()).filter(Boolean);

/** A list of addresses, networks and ranges. */
function readBlockList(texts) {
  const list = new BlockList();
  for (const text of texts) {
    const family = text.includes(':') ? 'ipv6' : 'ipv4';
    if (text.includes('/')) list.addCIDR(text);
    else if (text.includes('-')) list.addRange(...text.split('-').map((end) => end.trim()), family);
    else list.addAddress(text, family);
  }
  return list;
}

const blockList = {
  check(value, name) {
    if (!BlockList.isBlockList(value)) throw invalidArgType(name, 'net.BlockList', value);
  },
  read: (text) => readBlockList(words(text)),
  says: 'a list of addresses, networks (10.0.0.0/8) and ranges (1.1.1.1-1.1.1.9), with commas between them',
};

const userIds = {
  check: (value) => allowedUidsOption({ allowedUids: value }) ?? fail('options.allowedUids', value),
  read: (text) => words(text).map(readInteger),
  says: 'a list of user ids, with commas between them',
};

const prefixLimit = {
  check: (value) => prefixOption(value) ?? fail('maxConnectionsPerPrefix', value),
  read: readJSON,
  says: 'JSON such as {"max":10}',
};
const rate = {
  check: (value) => rateOption(value) ?? fail('maxConnectionRate', value),
  read: readJSON,
  says: 'JSON such as {"perSecond":10}',
};

const proxy = {
  check: (value) => proxyOption({ proxyProtocol: value }) ?? fail('options.proxyProtocol', value),
  read(text) {
    const value = readJSON(text);
    return Array.isArray(value?.trusted) ? { ...value, trusted: readBlockList(value.trusted) } : value;
  },
  says: 'JSON such as {"mode":"optional","trusted":["10.0.0.0/8"]}',
};

const socketOptions = (read) => ({
  check: (value, name) => {
    validateObject(value, name, { allowArray: true });
    read({ socketOptions: value });
  },
  read: readJSON,
  says: 'JSON such as {"SO_MARK":1}',
});

/** Where the option takes what stands for nothing, a default is not set by that. */
function fail(name, value) {
  throw invalidArgType(name, 'Object', value);
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

const both = (kind) => ({ client: kind, server: kind });

/** What each side takes: docs/use-it.md has the same table. */
const OPTIONS = {
  autoSelectFamily: { client: flag },
  autoSelectFamilyAttemptTimeout: { client: milliseconds(1) },
  connectTimeout: { client: milliseconds(0) },
  connectionAttemptDelay: { client: milliseconds(10) },
  typeOfService: { client: integer(0, 255) },
  blockList: both(blockList),
  fastOpen: { client: onLinux(flag), server: fastOpenQueue },
  highWaterMark: both(integer(0)),
  keepAlive: both(flag),
  keepAliveCount: both(integer(0)),
  keepAliveInitialDelay: both(milliseconds(0)),
  keepAliveInterval: both(milliseconds(0)),
  multipath: both(onLinux(flag)),
  noDelay: both(flag),
  socketOptions: { client: socketOptions(socketOptionsOption), server: socketOptions(listenOptionsOption) },
  userTimeout: both(onLinux(milliseconds(0))),
  allowedUids: { server: userIds },
  backlog: { server: integer(1) },
  maxConnectionRate: { server: rate },
  maxConnections: { server: integer(0) },
  maxConnectionsPerAddress: { server: integer(0) },
  maxConnectionsPerPrefix: { server: prefixLimit },
  mode: { server: permissions },
  proxyProtocol: { server: proxy },
  unlinkStale: { server: flag },
};

const SIDES = ['client', 'server'];

/** The defaults of family selection have functions of their own, in Node too, and are kept by those. */
const FAMILY = {
  autoSelectFamily: [defaults.getDefaultAutoSelectFamily, defaults.setDefaultAutoSelectFamily],
  autoSelectFamilyAttemptTimeout: [
    defaults.getDefaultAutoSelectFamilyAttemptTimeout, defaults.setDefaultAutoSelectFamilyAttemptTimeout,
  ],
};
const FAMILY_AT_START = Object.fromEntries(Object.entries(FAMILY).map(([name, [get]]) => [name, get()]));

/* --- setting ------------------------------------------------------------------------------------------------------ */

/** What was set: for both sides, and for each alone. */
let chosen = { both: NONE, client: NONE, server: NONE };

/** A copy, so that nothing that is changed afterwards has an effect, but for rules of a list. */
function copyOf(value) {
  if (typeof value !== 'object' || BlockList.isBlockList(value) || ArrayBuffer.isView(value)) return value;
  const copy = Array.isArray(value) ? value.map(copyOf) : { ...value };
  if (!Array.isArray(copy)) for (const key of Object.keys(copy)) if (copy[key] !== null) copy[key] = copyOf(copy[key]);
  return Object.freeze(copy);
}

/** Why a name is no default of a group: it is one of the other side, or it is mistyped, or there is none like it. */
function whyNone(group, name) {
  if (Object.hasOwn(OPTIONS, name))
    return `is a default of ${group === 'client' ? 'server' : 'client'}, and not of ${group}`;
  if (/^ioThreads?$/.test(name)) return 'is set for the whole program by setIOThreads()';
  const names = Object.keys(OPTIONS).filter((one) => group === 'both' || group in OPTIONS[one]);
  const meant = nearest(name, names);
  return meant === undefined
    ? `is not an option that can have a default; these can: ${names.join(', ')}`
    : `is not an option that can have a default (did you mean ${meant}?)`;
}

/** Checks one value. @throws what the option throws, or ERR_INVALID_ARG_VALUE for a name that is none */
function check(group, name, value) {
  const kinds = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : {};
  const wanted = Object.entries(kinds).filter(([side]) => group === 'both' || side === group);
  const place = group === 'both' ? 'options' : `options.${group}`;

  if (wanted.length === 0) throw invalidArgValue(`${place}.${name}`, value, whyNone(group, name));
  if (value === undefined) return;
  for (const [, kind] of wanted) kind.check(value, `${place}.${name}`);
}

/** One group with what is given: undefined takes a default away. */
function merge(group, given) {
  const result = { ...chosen[group] };
  for (const [name, value] of Object.entries(given)) {
    if (group === 'both' && SIDES.includes(name)) continue;
    check(group, name, value);
    if (value === undefined) delete result[name];
    else result[name] = copyOf(value);
  }
  return result;
}

/** What holds on one side: that which was set for it alone comes first. */
function effective(side, groups) {
  const result = { ...groups.both, ...groups[side] };
  for (const name of Object.keys(result)) if (!(side in OPTIONS[name])) delete result[name];
  if (result.multipath && result.userTimeout > 0) {
    // as the two options together
    throw invalidArgValue('options.multipath', true, 'cannot be used with a user timeout');
  }
  return Object.keys(result).length === 0 ? NONE : Object.freeze(result);
}

function sideOption(options, side) {
  const given = options[side] ?? NONE;
  validateObject(given, `options.${side}`);
  return given;
}

/** Which of the socket options a path has too: those of TCP and IP would fail there. */
function ofPaths(options) {
  if (options === undefined) return undefined;
  const list = Array.isArray(options) ? options : Object.entries(options);
  const { level } = findOption('SO_KEEPALIVE');
  return list.filter(([name]) => (typeof name === 'number' ? name : findOption(name).level) === level);
}

/** Lets the functions of family selection know; `before` is what was set. */
function applyFamily(client, before) {
  for (const [name, [, set]] of Object.entries(FAMILY)) {
    if (client[name] !== undefined) set(client[name]);
    else if (before[name] !== undefined) set(FAMILY_AT_START[name]);
  }
}

/**
 * Sets what options are, from now on and in this thread, when they are not given: those of sockets and servers that
 * are made, connect or listen afterwards. Names that are not mentioned stay as they are; `undefined` takes a default
 * away. All are set, or none when one of them is not valid. Not in Node.
 * @param {object} options by the names of the options: for both sides, or in `client` and `server` for one of them
 * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM, as the option itself;
 *   ERR_INVALID_ARG_VALUE for a name that is none
 */
function setDefaults(options) {
  validateObject(options, 'options');
  const groups = { both: merge('both', options) };
  for (const side of SIDES) groups[side] = merge(side, sideOption(options, side));
  const [client, server] = SIDES.map((side) => effective(side, groups));

  const [clientPath, serverPath] = [ofPaths(client.socketOptions), ofPaths(server.socketOptions)];

  applyFamily(client, program.client);
  chosen = groups;
  Object.assign(program, { client, server, clientPath, serverPath });
}

/**
 * What was set, as setDefaults() takes it, and what family selection does in any case. Not in Node.
 * @returns {object} a new object
 */
function getDefaults() {
  const result = { ...chosen.both };
  for (const [name, [get]] of Object.entries(FAMILY)) result[name] = get();
  for (const side of SIDES) {
    const own = { ...chosen[side] };
    for (const name of Object.keys(FAMILY)) delete own[name];
    if (Object.keys(own).length > 0) result[side] = own;
  }
  return result;
}

/* --- the environment ---------------------------------------------------------------------------------------------- */

/** Not a default: it is for setIOThreads(). */
const IO_THREADS = `${PREFIX}IO_THREADS`;

/** connectTimeout: CNET_CONNECT_TIMEOUT; that of one side: CNET_CLIENT_CONNECT_TIMEOUT. */
const upper = (name) => name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();

/** @returns {Map<string, [string, string]>} group and name of each variable */
function variables() {
  const known = new Map();
  for (const [name, kinds] of Object.entries(OPTIONS)) {
    known.set(`${PREFIX}${upper(name)}`, ['both', name]);
    for (const side of Object.keys(kinds)) known.set(`${PREFIX}${upper(side)}_${upper(name)}`, [side, name]);
  }
  return known;
}

/** @throws ERR_CNET_ENVIRONMENT: a program must not run without the limit that it was given */
function readVariable(variable, [group, name]) {
  const text = process.env[variable].trim();
  const sides = Object.entries(OPTIONS[name]).filter(([side]) => group === 'both' || side === group);
  const kind = sides[0][1];
  try {
    const value = kind.read(text);
    for (const [, each] of sides) each.check(value, variable);
    return value;
  } catch (error) {
    if (error.code === 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM') throw error;
    throw new codes.ERR_CNET_ENVIRONMENT(variable, kind.says, text);
  }
}

/** A variable that is none of ours may be anybody's; one that is nearly ours is told of. */
function warnOf(variable, known) {
  const near = [...known.keys(), IO_THREADS].find((name) => distance(name, variable) <= 2);
  if (near === undefined) return;
  process.emitWarning(
    `The environment variable ${variable} has no effect, as cnet does not know it: did you mean ${near}?`,
    { code: 'CNET_ENVIRONMENT' },
  );
}

/** @throws ERR_CNET_ENVIRONMENT, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM */
function takeThreads(text) {
  if (text === '') return;
  try {
    setIOThreads(readInteger(text));
  } catch (error) {
    if (error.code === 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM') throw error;
    throw new codes.ERR_CNET_ENVIRONMENT(IO_THREADS, `an integer from 0 to ${MOST}`, text);
  }
}

/** Sets what variables of the environment say. An empty one says nothing. */
function takeEnvironment(names) {
  const known = variables();
  const options = { client: {}, server: {} };

  for (const variable of names) {
    if (variable === IO_THREADS) {
      takeThreads(process.env[variable].trim());
      continue;
    }
    const place = known.get(variable);
    if (place === undefined) warnOf(variable, known);
    else if (process.env[variable].trim() !== '') {
      const [group, name] = place;
      (group === 'both' ? options : options[group])[name] = readVariable(variable, place);
    }
  }
  try {
    setDefaults(options);
  } catch { // each value is good by now: it can be the pair alone
    throw new codes.ERR_CNET_ENVIRONMENT('CNET_MULTIPATH', 'false where there is a CNET_USER_TIMEOUT', 'true');
  }
}

module.exports = { getDefaults, setDefaults, takeEnvironment };
