'use strict';
// mqtt.js: an operation publishes a message of `size` bytes, which is acknowledged, and comes back as this client
// subscribes to it.

const net = require('net');
const { once } = require('node:events');

const { MqttClient } = require('mqtt');

const { obey, options } = require('../program.js');

const message = Buffer.alloc(options.size, 'cnet');

/* Without `noDelay`, small packets wait up to 40 ms for what the other end acknowledges, whatever the module. */
const client = new MqttClient(() => net.connect({ port: options.port, host: '127.0.0.1', noDelay: true }), {});

once(client, 'connect').then(async () => {
  await client.subscribeAsync('bench', { qos: 1 });
  obey(() => client.publishAsync('bench', message, { qos: 1 }), options.atOnce);
});
