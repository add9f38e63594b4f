'use strict';
// The rooms of lib/, for eslint.config.js: the order in which they may require each other, and what belongs to one of
// them alone. docs/architecture.md, "The rules of the rooms", says the same in words.

/**
 * A room requires from those before it in this list, and from itself. Behind the last come the doors, the files of
 * lib/ itself.
 */
const ROOMS = [
  'common',
  'node-internals',
  'native',
  'address',
  'options',
  'proxy',
  'socket',
  'server',
  'program',
  'processes',
  'register',
];
const DOORS = ['./lib/*.js', './lib/*.mjs'];

const zoneOf = (room, from, what) => ({
  target: `./lib/${room}`,
  from,
  message: `lib/${room} does not require from ${what}: see "The rules of the rooms" in docs/architecture.md.`,
});

/** The zones of import-x/no-restricted-paths. */
const zones = ROOMS.flatMap((room, i) => [
  ...ROOMS.slice(i + 1).map((above) => zoneOf(room, `./lib/${above}`, `lib/${above}, which is above it`)),
  zoneOf(room, DOORS, 'the doors'),
]);

/**
 * Names of Node's that no document has. `_handle` and others like it are missing: cnet's own sockets have them, as
 * they are net's.
 */
const PRIVATE = [
  '_readableState', '_writableState', 'ReadableState', 'WritableState', '_undestroy', 'pipeOnData', // stream
  '_events', '_eventsCount', '_maxListeners', // events
  '_load', '_cache', '_extensions', '_resolveFilename', '_findPath', '_nodeModulePaths', // module
  '_getActiveHandles', '_getActiveRequests', 'moduleLoadList', // process
  '_createServerHandle', '_normalizeArgs', // net
  '_getServer', // cluster
  '_parentWrap', // tls
];
const NAMES = `/^(${PRIVATE.join('|')})$/`;
const message =
  'It is private to Node. A function of lib/node-internals/ does it, under a name that tells what it does.';

/** What no-restricted-syntax forbids outside of lib/node-internals. */
const privateNames = [
  `MemberExpression > Identifier.property[name=${NAMES}]`,
  `ObjectPattern > Property > Identifier.key[name=${NAMES}]`,
  `Literal[value=${NAMES}]`,
  'MemberExpression[object.name="process"] > Identifier.property[name="binding"]',
  'MemberExpression[object.name="Object"] > Identifier.property[name="getOwnPropertySymbols"]',
].map((selector) => ({ selector, message }));

module.exports = { PRIVATE, ROOMS, privateNames, zones };
