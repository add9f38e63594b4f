'use strict';
// A relay that copies no byte into JavaScript: node examples/relay.js PORT TARGET_PORT [TARGET_HOST]
// splice() moves the bytes inside the kernel on Linux, and uses pipe() on other systems.

const net = require('cnet');

const [port, targetPort, targetHost = '127.0.0.1'] = process.argv.slice(2);

const server = net.createServer({ allowHalfOpen: true }, async (client) => {
  const target = net.connect({ port: targetPort, host: targetHost, allowHalfOpen: true, connectTimeout: 5000 });
  try {
    const { aToB, bToA } = await net.splice(client, target);
    console.log(`${aToB} bytes to the target, ${bToA} bytes back`);
  } catch (error) {
    console.error(`relay: ${error.message}`); // splice() has destroyed both sockets
  }
});

server.listen(port, '127.0.0.1', () => console.log(`port ${server.address().port}`));
process.once('SIGTERM', () => server.close());
