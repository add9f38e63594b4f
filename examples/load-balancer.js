'use strict';
// A TCP load balancer: node examples/load-balancer.js PORT BACK_END_PORT…
// Each connection goes to the next back end, which learns the client's address from a PROXY protocol header. An address
// may have 100 open connections, and the balancer accepts 1,000 new ones per second. After SIGTERM it accepts no more,
// and the open connections have ten seconds to end.

const net = require('cnet');

const [port, ...backEnds] = process.argv.slice(2).map(Number);
let turn = 0;

/* Tries each back end once, beginning with the one whose turn it is. */
async function connectToBackEnd(client) {
  for (let tries = 0; tries < backEnds.length; tries++) {
    const target = backEnds[turn++ % backEnds.length];
    try {
      return await net.promises.connect({
        host: '127.0.0.1',
        port: target,
        allowHalfOpen: true,
        connectTimeout: 2000,
        proxyHeader: client,
      });
    } catch (error) {
      console.error(`back end ${target}: ${error.code}`);
    }
  }
  return null;
}

const options = {
  allowHalfOpen: true,
  maxConnectionsPerAddress: 100,
  maxConnectionRate: { perSecond: 1000, burst: 2000 },
};

const server = net.createServer(options, async (client) => {
  client.on('error', () => {}); // catches errors until splice() has the connection
  const backEnd = await connectToBackEnd(client);
  if (backEnd === null) {
    client.resetAndDestroy();
    return;
  }
  try {
    await net.splice(client, backEnd); // the bytes stay in the kernel
  } catch (error) {
    backEnd.destroy();
    console.error(`connection: ${error.code}`);
  }
});

server.on('drop', ({ remoteAddress, reason }) => console.error(`dropped ${remoteAddress}: ${reason}`));
server.listen(port, '127.0.0.1', () => console.log(`port ${server.address().port}`));

process.once('SIGTERM', async () => {
  const { finished, reset } = await server.shutdown({ timeout: 10_000 });
  console.log(`${finished} connections ended, ${reset} were reset`);
});
