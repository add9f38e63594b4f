'use strict';
// ftp-srv with basic-ftp, by AUTH TLS: the server gives what TLS has decrypted to the listeners of the raw socket, by
// emit().

const fs = require('node:fs');
const path = require('node:path');
const { PassThrough, Readable } = require('node:stream');

const { program } = require('./kit/program');
const { pair } = require('./kit/tls');
const { bytes, digestOf, failure, freePort } = require('./kit/tools');

const silent = { child: () => silent };
for (const level of ['trace', 'debug', 'info', 'warn', 'error']) silent[level] = () => {};

async function connect({ port }, options) {
  const { Client } = require('basic-ftp');
  const client = new Client(5000);
  await client.access({ host: '127.0.0.1', port, user: 'anonymous', password: 'guest', ...options });
  return client;
}

async function thereAndBack(context, options) {
  const client = await connect(context, options);
  await client.uploadFrom(Readable.from([bytes(4 << 20)]), 'large');
  const size = await client.size('large');
  const through = new PassThrough();
  const [got] = await Promise.all([digestOf(through), client.downloadTo(through, 'large')]);
  const names = (await client.list()).map(({ name }) => name);
  client.close();
  return { size, got, names };
}

async function many(context, options) {
  const client = await connect(context, options);
  await client.ensureDir('many');
  for (let i = 0; i < 20; i++) await client.uploadFrom(Readable.from([Buffer.from(`file ${i}`)]), `file${i}`);
  const list = await client.list();
  client.close();
  return list.map(({ name, size }) => `${name} ${size}`).sort();
}

const secured = { secure: true, secureOptions: { rejectUnauthorized: false } };

program(__filename, {
  name: 'ftp-srv and basic-ftp',
  least: 8 << 20,
  nodeSockets: 24, // of its tls.createServer(), which listens by Node's own net
  async open(dir) {
    const { FtpSrv } = require('ftp-srv');
    const root = path.join(dir, 'files');
    fs.mkdirSync(root);
    const port = await freePort();
    const server = new FtpSrv({
      url: `ftp://127.0.0.1:${port}`,
      pasv_url: '127.0.0.1',
      pasv_min: 20000,
      anonymous: true,
      tls: pair(),
      log: silent,
    });
    server.on('login', (data, accept) => accept({ root }));
    await server.listen();
    return { port, server };
  },
  close: ({ server }) => server.close(),
  parts: {
    'a file of 4 MB there and back': (context) => thereAndBack(context, {}),
    'the same by TLS': (context) => thereAndBack(context, secured),
    '20 files by TLS': (context) => many(context, secured),
    'a certificate that is not trusted': (context) => failure(connect(context, { secure: true })),
  },
});
