'use strict';
// mqtt.js: an operation publishes a message of `size` bytes, which is acknowledged, and comes back as this client
// subscribes to it.

const { connectAsync } = require('mqtt');

const { obey, options } = require('../program.js');

const message = Buffer.alloc(options.size, 'cnet');

connectAsync(`mqtt://127.0.0.1:${options.port}`).then(async (client) => {
  await client.subscribeAsync('bench', { qos: 1 });
  obey(() => client.publishAsync('bench', message, { qos: 1 }), options.atOnce);
});
