'use strict';
// nodemailer with smtp-server: both ends on connections of cnet, in clear and by STARTTLS.

const crypto = require('node:crypto');
const { once } = require('node:events');
const net = require('net');

const { program } = require('./kit/program');
const { pair } = require('./kit/tls');
const { bytes, digest, execute, failure, freePort } = require('./kit/tools');

const LIMIT = 24 << 20;

/* What the server has taken: a digest of each mail's body, by its subject. */
function startServer(mails, options) {
  const { SMTPServer } = require('smtp-server');
  const server = new SMTPServer({
    ...pair(), size: LIMIT, logger: false, disableReverseLookup: true, authOptional: true, ...options,
    onAuth({ username, password }, session, done) {
      if (username === 'user' && password === 'secret') done(null, { user: username });
      else done(new Error('Invalid username or password'));
    },
    onRcptTo({ address }, session, done) {
      done(address.startsWith('nobody@') ? Object.assign(new Error('Nobody here'), { responseCode: 550 }) : null);
    },
    onData(stream, session, done) {
      take(stream).then((mail) => {
        mails.set(mail.subject, {
          ...mail,
          secure: session.secure,
          user: session.user,
          to: session.envelope.rcptTo.length,
        });
        done(stream.sizeExceeded ? Object.assign(new Error('Too large'), { responseCode: 552 }) : null, 'taken');
      });
    },
  });
  server.on('error', () => {});
  return server;
}

async function take(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('latin1');
  const [head] = text.split('\r\n\r\n', 1);
  return { subject: /^Subject: (.*)$/m.exec(head)[1].trim(), body: text.slice(head.length + 4) };
}

function transport(port, options = {}) {
  const { createTransport } = require('nodemailer');
  return createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    auth: { user: 'user', pass: 'secret' },
    tls: { rejectUnauthorized: false, servername: 'localhost' },
    ...options,
  });
}

const mail = (subject, more = {}) => ({
  from: 'me@example.org',
  to: 'you@example.org',
  subject,
  text: `text of ${subject}`,
  ...more,
});

async function many({ port, mails }) {
  const pool = transport(port, { pool: true, maxConnections: 5, maxMessages: 20 });
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => pool.sendMail(mail(`many ${i}`))));
  pool.close();
  const taken = Array.from({ length: 100 }, (_, i) => mails.get(`many ${i}`).body);
  return { accepted: answers.flatMap(({ accepted }) => accepted).length, sha1: digest(taken.join()) };
}

async function attachment(where, options, mails, subject) {
  const content = bytes(8 << 20);
  const sender = transport(where, options);
  const { response } = await sender.sendMail(
    mail(subject, { text: undefined, raw: undefined, attachments: [{ filename: 'a.bin', content }] }),
  );
  sender.close();
  const { body, secure, user } = mails.get(subject);
  const got = Buffer.from(body.replace(/\s/g, ''), 'base64');
  return { response, secure, user, same: digest(got) === digest(content) };
}

/* The lines of a body that begin with a dot are sent with two. */
async function dots({ port, mails }) {
  const sender = transport(port);
  const raw = `Subject: dots\r\n\r\n${'.\r\n..\r\n.a line\r\n'.repeat(2000)}`;
  await sender.sendMail({ envelope: { from: 'me@example.org', to: ['a@example.org', 'b@example.org'] }, raw });
  sender.close();
  const { body, to } = mails.get('dots');
  return { to, same: body.trim() === raw.slice(raw.indexOf('\r\n\r\n') + 4).trim() };
}

async function refusals({ port, tlsPort }) {
  const attempts = {
    password: [port, { auth: { user: 'user', pass: 'wrong' } }, {}],
    recipient: [port, {}, { to: 'nobody@example.org' }],
    size: [port, {}, { attachments: [{ filename: 'b', content: bytes(LIMIT) }] }],
    connection: [await freePort(), {}, {}],
    certificate: [
      tlsPort,
      { ignoreTLS: false, requireTLS: true, tls: { rejectUnauthorized: true, servername: 'localhost' } },
      {},
    ],
  };
  const found = {};
  for (const [name, [where, options, more]] of Object.entries(attempts)) {
    const sender = transport(where, options);
    found[name] = await failure(sender.sendMail(mail(name, more)));
    sender.close();
  }
  return found;
}

async function silentServer() {
  const sockets = new Set();
  const server = net.createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sender = transport(server.address().port, { greetingTimeout: 100 });
  const silent = await failure(sender.sendMail(mail('silent')));
  server.removeAllListeners('connection').on('connection', (socket) => {
    socket.write('220 hello\r\n');
    socket.once('data', () => socket.destroy());
  });
  const broken = await failure(sender.sendMail(mail('broken')));
  sender.close();
  for (const socket of sockets) socket.destroy();
  server.close();
  return { silent, broken };
}

/* curl sends its mail over TLS that begins in the middle of the connection. */
async function byCurl({ tlsPort, mails }) {
  const data = `Subject: curl\r\n\r\n${crypto.createHash('sha1').update('x').digest('hex').repeat(50000)}\r\n`;
  const args = [
    '-sS',
    '-k',
    '--ssl-reqd',
    `smtp://127.0.0.1:${tlsPort}`,
    '--mail-from',
    'me@example.org',
    '--mail-rcpt',
    'you@example.org',
    '-T',
    '-',
  ];
  const { status, stderr } = await execute('curl', args, { input: data });
  const { body, secure } = mails.get('curl');
  return { status, stderr, secure, size: body.length, sha1: digest(body) };
}

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server.server ?? server, 'listening');
  return (server.server ?? server).address().port;
}

program(__filename, {
  name: 'nodemailer, curl and smtp-server',
  needs: [{ command: 'curl', debian: 'curl' }],
  least: 48 << 20,
  async open() {
    const mails = new Map();
    const servers = [startServer(mails, { hideSTARTTLS: true }), startServer(mails, {})];
    const [port, tlsPort] = await Promise.all(servers.map(listen));
    return { mails, servers, port, tlsPort };
  },
  parts: {
    '100 mails over a pool of five': many,
    'a mail with 8 MB': ({ port, mails }) => attachment(port, {}, mails, 'clear'),
    'the same by STARTTLS': ({ tlsPort, mails }) =>
      attachment(tlsPort, { ignoreTLS: false, requireTLS: true }, mails, 'secured'),
    'lines that begin with a dot, to two': dots,
    'a wrong password, nobody, too large, nobody there, a wrong certificate': refusals,
    'a server that is silent, and one that breaks off': silentServer,
    '2 MB from curl by STARTTLS': byCurl,
  },
  close: ({ servers }) =>
    Promise.all(
      servers.map(
        (server) =>
          new Promise((resolve) => {
            server.close(resolve);
          }),
      ),
    ),
});
