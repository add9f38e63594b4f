'use strict';
// scenarios.js: what is measured.
//   kind    server: a server is measured, the load generator is its client
//           client: a client is measured, the epoll server is its server
//           memory: a server with idle connections
//           micro:  a script without sockets
//   script  the file of servers/, clients/ or micro/; `options` are passed to it
//   native  the same in C: the mode of epoll-server (server, memory) or of load (client); null: there is none
//   backEnd options of an epoll server that the measured one connects to; it is told of the port
//   warmups so many times the time of warm-up: of connections there are fewer in a second than of messages, so that V8
//           compiles their code for longer
//   load    options of the load generator; for a client: of the epoll server

const KB = 1024;

const size = (bytes) => (bytes < KB ? `${bytes} B` : `${bytes / KB} KB`);
const label = (bytes) => (bytes < KB ? `${bytes}b` : `${bytes / KB}k`);

function echo(script, bytes, connections, more = {}) {
  const { unix = false, depth = 1, name = script } = more;
  return {
    name: `${name}-${label(bytes)}x${connections}${unix ? '-unix' : ''}`,
    title:
      `${script === 'pipe' ? 'socket.pipe(socket)' : 'echo'}, ${size(bytes)}, ${connections} connection${connections > 1 ? 's' : ''}` +
      `${depth > 1 ? `, ${depth} on the way in each` : ''}${unix ? ', Unix socket' : ''}`,
    kind: 'server',
    unix,
    script,
    native: 'echo',
    options: { size: bytes },
    load: { mode: 'echo', connections, size: bytes, depth, check: 1 },
  };
}

const stream = (script, title) => ({
  name: `${script}-64kx4`,
  title: `${title}, 64 KB, 4 connections`,
  kind: 'server',
  script,
  native: script,
  options: { size: 64 * KB },
  load: { mode: script, connections: 4, size: 64 * KB },
});

const reply = (name, title, options) => ({
  name,
  title: `${title}, 64 connections`,
  kind: 'server',
  script: 'reply',
  native: 'reply',
  options: { size: 64, reply: 64, ...options },
  load: { mode: 'echo', connections: 64, size: 64, reply: options.reply ?? 64 },
});

const relay = (mode, bytes, connections, splice) => ({
  name: `relay-${splice ? 'splice-' : ''}${mode}-${label(bytes)}x${connections}`,
  title: `relay ${splice ? 'by splice() where it is' : 'by pipe()'} to a back end: ${mode}, ${size(bytes)}, ${connections} connections`,
  kind: 'server',
  script: 'relay',
  backEnd: { mode },
  options: { splice },
  load: { mode, connections, size: bytes, check: 1 },
});

const CHURN_WARMUPS = 6;
/** V8 has compiled what a client does after some 20,000 connections. */
const CLIENT_CHURN_WARMUPS = 12;

const clientChurn = (connections) => ({
  name: `client-churn-x${connections}`,
  title: `client: connect, echo 64 B, half-close, close; ${connections === 1 ? 'in sequence' : `${connections} at a time`}`,
  kind: 'client',
  script: 'churn',
  native: 'churn',
  warmups: CLIENT_CHURN_WARMUPS,
  options: { size: 64, connections },
  load: { mode: 'echo' },
});

const blockList = (rules) => ({
  name: `blocklist-${rules}`,
  title: `BlockList.check(), ${rules.toLocaleString('en')} rules`,
  kind: 'micro',
  script: 'block-list',
  options: { rules },
});

const fillList = (method, form, rules) => ({
  name: `${method}-${form}`.toLowerCase(),
  title: `BlockList.${method}(), ${form}, ${rules.toLocaleString('en')} at once`,
  kind: 'micro',
  script: 'block-list-fill',
  options: { method, form, rules },
});

const parse = (what, title) => ({ name: what.toLowerCase(), title, kind: 'micro', script: 'parse', options: { what } });

/**
 * @param {{ idle: number, mostRules: number }} sizes connections of the scenarios with idle ones; the longest BlockList
 */
function scenarios({ idle, mostRules }) {
  return [
    echo('echo', 64, 64),
    echo('echo', 64, 256),
    echo('echo', KB, 256),
    echo('echo', 16 * KB, 16),
    echo('echo', 64 * KB, 8),
    echo('echo', 64, 64, { name: 'pipelined', depth: 16 }),
    echo('echo', 64, 1, { name: 'latency' }),
    echo('pipe', 64 * KB, 8),
    echo('echo', 64, 64, { unix: true }),
    echo('pipe', 64 * KB, 8, { unix: true }),
    ...[false, true].flatMap((splice) => [
      relay('echo', KB, 64, splice),
      relay('echo', 64 * KB, 8, splice),
      relay('sink', 64 * KB, 4, splice),
    ]),
    stream('sink', 'server reads only'),
    stream('source', 'server writes only, with back-pressure'),
    reply('string-latin1', 'answers of a latin1 string, 64 B', { encoding: 'latin1' }),
    reply('string-utf8', 'answers of a UTF-8 string, 64 B', { encoding: 'utf8' }),
    reply('corked-16', 'answers of 16 corked pieces, 64 B each', { reply: KB, pieces: 16 }),
    {
      name: 'onread-64kx4',
      title: 'client: reads with the option onread, 64 KB, 4 connections',
      kind: 'client',
      script: 'onread',
      native: 'source',
      options: { size: 64 * KB, connections: 4 },
      load: { mode: 'source', size: 64 * KB },
    },
    {
      name: 'churn',
      title: 'connections: connect, echo 64 B, half-close, close; 64 at a time',
      kind: 'server',
      script: 'echo',
      native: 'echo',
      warmups: CHURN_WARMUPS,
      options: { size: 64 },
      load: { mode: 'churn', connections: 64, size: 64 },
    },
    clientChurn(1),
    clientChurn(16),
    {
      name: 'idle',
      title: `${idle.toLocaleString('en')} idle connections`,
      kind: 'memory',
      script: 'echo',
      native: 'echo',
      options: {},
      load: { mode: 'idle', idle },
    },
    {
      name: 'timeout',
      title: `setTimeout() on ${idle.toLocaleString('en')} sockets, echo 64 B on 64 of them`,
      kind: 'server',
      script: 'echo',
      native: 'echo',
      options: { timeout: 60000 },
      load: { mode: 'echo', connections: 64, size: 64, check: 1, idle: idle - 64 },
    },
    ...[10, 1000, 100000, 1000000].filter((rules) => rules <= mostRules).map(blockList),
    ...['ipv4', 'ipv6'].flatMap((form) =>
      ['addAddresses', 'addCIDRs'].map((method) => fillList(method, form, mostRules)),
    ),
    ...['array', 'json', 'ranges'].map((form) => fillList('fromJSON', form, mostRules)),
    fillList('rules', 'array', mostRules),
    ...['isIP', 'isIPv4', 'isIPv6'].map((what) => parse(what, `${what}()`)),
    parse('parse', 'SocketAddress.parse()'),
  ];
}

module.exports = { scenarios };
