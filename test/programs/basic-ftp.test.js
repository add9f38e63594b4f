'use strict';
// basic-ftp with vsftpd: a connection for commands, one more for each file, in clear and by TLS.

const fs = require('node:fs');
const path = require('node:path');
const { PassThrough, Readable } = require('node:stream');

const { program } = require('./kit/program');
const { own, start } = require('./kit/servers');
const { pairIn } = require('./kit/tls');
const { bytes, digest, digestOf, failure, freePort } = require('./kit/tools');

const USER = 'ftp'; // Debian's package makes it

/* Anonymous, in a folder of its own: no user of the system, and no module of PAM. */
async function startServer(context, more = {}) {
  const { dir, tls } = context;
  const port = await freePort();
  const file = path.join(dir, `vsftpd-${port}.conf`);
  const settings = {
    listen: 'YES',
    listen_address: '127.0.0.1',
    listen_port: port,
    background: 'NO',
    anonymous_enable: 'YES',
    local_enable: 'NO',
    anon_root: path.join(dir, 'files'),
    write_enable: 'YES',
    anon_upload_enable: 'YES',
    anon_mkdir_write_enable: 'YES',
    anon_other_write_enable: 'YES',
    anon_umask: '022',
    no_anon_password: 'YES',
    ftp_username: USER,
    nopriv_user: USER,
    seccomp_sandbox: 'NO',
    allow_writeable_chroot: 'YES',
    secure_chroot_dir: path.join(dir, 'empty'),
    xferlog_enable: 'NO',
    use_localtime: 'NO',
    connect_from_port_20: 'NO',
    isolate: 'NO',
    rsa_cert_file: tls.cert,
    rsa_private_key_file: tls.key,
    ...more,
  };
  fs.writeFileSync(file, Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join(''));
  return { port, server: await start('vsftpd', [file], { ready: { host: '127.0.0.1', port } }) };
}

async function connect(port, options = {}) {
  const { Client } = require('basic-ftp');
  const client = new Client(5000);
  await client.access({ host: '127.0.0.1', port, user: 'anonymous', password: 'guest', ...options });
  return client;
}

const secured = { secure: true, secureOptions: { rejectUnauthorized: false } };

async function download(client, name, offset) {
  const through = new PassThrough();
  const [got] = await Promise.all([digestOf(through), client.downloadTo(through, name, offset)]);
  return got;
}

async function large(port, options) {
  const client = await connect(port, options);
  const data = bytes(16 << 20);
  await client.uploadFrom(Readable.from([data.subarray(0, 1 << 20), data.subarray(1 << 20)]), 'upload/large');
  const size = await client.size('upload/large');
  const got = await download(client, 'upload/large');
  const rest = await download(client, 'upload/large', 16 << 19);
  await client.remove('upload/large');
  client.close();
  return { size, same: got.sha1 === digest(data), sameRest: rest.sha1 === digest(data.subarray(16 << 19)) };
}

async function many({ port }) {
  const client = await connect(port);
  await client.ensureDir('upload/many/deep');
  for (let i = 0; i < 60; i++) await client.uploadFrom(Readable.from([Buffer.from(`file ${i}`)]), `file${i}`);
  const list = await client.list();
  const text = (await download(client, 'file17')).sha1;
  await client.rename('file17', 'renamed');
  await client.cd('/');
  await client.removeDir('upload/many');
  const left = await client.list('upload');
  client.close();
  return { names: list.map(({ name, size }) => `${name} ${size}`).sort(), text, left: left.length };
}

async function failures(context) {
  const client = await connect(context.port);
  const found = {
    missing: await failure(download(client, 'none').catch((error) => Promise.reject(error))),
    directory: await failure(client.cd('none')),
  };
  await client.cd('upload');
  client.close();
  return {
    ...found,
    closed: await failure(client.list()),
    refused: await failure(connect(await freePort())),
    certificate: await failure(connect(context.tlsPort, { secure: true })),
    tlsOnly: await failure(connect(context.tlsPort, { user: 'anonymous' })),
  };
}

async function killed(context) {
  const client = await connect(context.port);
  const { server } = context;
  const slow = new PassThrough({ highWaterMark: 16 });
  const waiting = failure(client.uploadFrom(slow, 'upload/killed'));
  slow.write(bytes(100000));
  await client.ftp.dataSocket?.bytesWritten;
  client.close();
  slow.destroy();
  const error = await waiting;
  await server.stop('SIGKILL');
  return { error, meanwhile: (await failure(connect(context.port))).code };
}

program(__filename, {
  name: 'basic-ftp and vsftpd',
  needs: [{ command: 'vsftpd', debian: 'vsftpd' }],
  asRoot: true,
  least: 64 << 20,
  stop: 'SIGKILL',
  async open(dir) {
    const context = { dir, tls: pairIn(dir, () => {}) };
    for (const name of ['files', 'files/upload', 'empty']) fs.mkdirSync(path.join(dir, name));
    own(path.join(dir, 'files', 'upload'), USER);
    Object.assign(context, await startServer(context));
    const tls = {
      ssl_enable: 'YES',
      allow_anon_ssl: 'YES',
      force_anon_logins_ssl: 'YES',
      force_anon_data_ssl: 'YES',
      require_ssl_reuse: 'YES',
    };
    context.tlsPort = (await startServer(context, tls)).port;
    return context;
  },
  parts: {
    'a file of 16 MB there, back, and half of it': ({ port }) => large(port, {}),
    'the same by TLS, whose session the second connection goes on with': ({ tlsPort }) => large(tlsPort, secured),
    '60 files in a folder': many,
    'no such file, nobody there, a wrong certificate, no TLS': failures,
    'a client that closes amid an upload, and a server that is killed': killed,
  },
});
