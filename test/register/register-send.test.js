'use strict';
// cnet/register: child.send(), process.send() and worker.send() take sockets and servers of cnet, and give such.

const assert = require('node:assert');
const path = require('node:path');

const FACTS = require('../fixtures/child-process-facts');
const { reportOf } = require('../support/child');
const { needsDuplicates, needsPosix, needsSentPipes } = require('../support/needs');
const { patience } = require('../support/scale');

const REGISTER = path.join(__dirname, '..', '..', 'lib', 'register.js');

/**
 * Titles of the scenarios of fixtures/child-process.js, as it runs with node:net: send() without toNode() and
 * fromNode().
 */
const asWithNode = {
  tcp: 'a TCP socket goes to a child as it is: no byte is lost, and no event comes here',
  path: 'a Unix socket: the same',
  pendingWrite: "it is cnet's: what was being written when the socket was sent is written",
  counts: 'getConnections() counts what was sent, and close() waits for it',
  keepOpen: 'send() with keepOpen: the socket works on both sides, and both are counted',
  server: 'a TCP server: parent and child accept, until each has closed',
  pathServer: "a server on a Unix socket: the child's goes on when the parent's is closed",
  closed: 'a socket and a server that are closed arrive as undefined',
  back: 'a socket is sent to the child and back',
};

const cases = {
  classes: {
    title: "what arrives is cnet's, in the child and in the parent",
    expected: [
      ['Server of cnet', 'Server of cnet'],
      ['Socket of cnet', 'Socket of cnet'],
    ],
  },
  cluster: {
    title: "worker.send() takes a socket; 'message' of the process, the worker and cluster gives it",
    expected: [['Socket of cnet', 'Socket of cnet', true]],
  },
  nodes: {
    title: "objects of Node, of dgram, and what toNode() has made are sent as ever; sockets arrive as cnet's",
    expected: [
      ['http', 'Socket of Node', ['Socket of cnet', 'Socket of cnet']],
      ['server', ['Server of cnet', 'Server of cnet']],
      ['dgram', ['Socket of dgram', 'Socket of dgram']],
      ['toNode()', ['Socket of cnet', 'Socket of cnet']],
      ['_handle', ['object', 'object']],
      ['none', ['undefined', 'undefined'], ['undefined', 'undefined']],
    ],
  },
  arguments: {
    title: 'arguments, results and errors are those of Node; a send() that fails leaves the socket alone',
    expected: [
      ['TypeError', 'ERR_MISSING_ARGS', true],
      ...Array(4).fill(['TypeError', 'ERR_INVALID_ARG_TYPE', true]),
      ...Array(2).fill(['TypeError', 'ERR_INVALID_HANDLE_TYPE', 'This handle type cannot be sent']),
      ...Array(3).fill([true, null, 'Server of cnet', 'Server of cnet']),
      [false],
      ['ERR_IPC_CHANNEL_CLOSED', true],
    ],
  },
  reversible: {
    title:
      'send() looks like that of Node; after unregister() all is as before, and what was made meanwhile is a passage',
    expected: [
      [['emit', 'send'], false],
      ['', 4, true],
      [null, true, false],
      [false, false],
      ['ERR_INVALID_HANDLE_TYPE', true],
      ['ERR_INVALID_HANDLE_TYPE'],
      ['Server of cnet', 'Server of Node'],
      ['Socket of cnet', 'Socket of cnet'],
    ],
  },
  arrived: {
    title: "what is closed already arrives so; fromNode() gives its options to a server that is cnet's",
    expected: [
      ['Socket of cnet', true],
      ['Server of cnet', false],
      [true, true, [true]],
    ],
  },
};

/** What some of these need that not every system has. */
const NEEDS = {
  path: needsSentPipes, server: needsDuplicates, pathServer: needsSentPipes, closed: needsPosix, back: needsPosix,
};

describe('cnet/register: sockets and servers for child processes', function () {
  this.timeout(patience(30000));

  for (const [scenario, title] of Object.entries(asWithNode)) {
    it(title, async function () {
      NEEDS[scenario]?.(this);
      const found = await reportOf('child-process.js', ['node:net', scenario], { nodeArgs: ['-r', REGISTER] });
      assert.deepStrictEqual(found, { status: 0, facts: FACTS[scenario], stderr: '' });
    });
  }

  for (const [scenario, { title, expected: facts }] of Object.entries(cases)) {
    it(title, async function () {
      needsDuplicates(this); // servers and paths are in each
      const found = await reportOf(path.join('register', 'send.cjs'), [scenario]);
      assert.deepStrictEqual(found, { status: 0, facts, stderr: '' });
    });
  }
});
