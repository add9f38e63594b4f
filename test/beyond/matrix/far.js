'use strict';

/**
 * The worker, and the child process, that speaks in the place of a server: it receives the connection and tells what
 * was wrong.
 */

const { isMainThread, parentPort } = require('node:worker_threads');

const net = require('../../..');
const { Collector, speak } = require('./peer');

function onreadOf(collector) {
  return {
    buffer: Buffer.alloc(20000),
    callback(got, memory) {
      collector.take(memory.subarray(0, got), null, true);
      return true;
    },
  };
}

async function go({ number, talk }, receive) {
  const collector = new Collector(Buffer.from(talk.prefix));
  const options = { ...talk.options, ...(talk.how.read === 'onread' && { onread: onreadOf(collector) }) };
  if (talk.how.descriptors) talk.how.sent = { sent: 0 };
  const socket = receive(options).on('error', (error) => collector.fail(error.stack));
  await speak(socket, talk, collector).catch((error) => collector.fail(error.stack));
  return { number, problem: collector.problem };
}

if (isMainThread) {
  const { fromNode } = require('../../../lib/child-process');
  process.on('message', async (message, handle) => {
    process.send(
      await go(message, (options) => fromNode(handle, { ...options, allowHalfOpen: message.talk.ends === 'at once' })),
    );
  });
  process.send({});
} else {
  parentPort.on('message', async (message) => {
    parentPort.postMessage(await go(message, (options) => net.receive(message.token, options)));
  });
  parentPort.postMessage({});
}
