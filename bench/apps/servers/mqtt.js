'use strict';
// mqtt.js: the MQTT broker aedes.

const net = require('net');

const { Aedes } = require('aedes');

const { obey, say } = require('../program.js');

Aedes.createBroker().then((broker) => {
  const server = net.createServer({ noDelay: true }, broker.handle);
  server.listen(0, '127.0.0.1', () => {
    say({ port: server.address().port });
    obey();
  });
});
