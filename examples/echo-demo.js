'use strict';
// `npm start`: the echo server and client of Node's documentation, over TCP and over a Unix domain socket (a named pipe
// on Windows). It prints what each side sees, and ends with status 0 if both sides see what the documentation promises.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const net = require('cnet');

/* Prints the lines of one side at once, and keeps them for the check at the end. */
function diary() {
  const lines = [];
  return {
    lines,
    note(text) {
      console.log(text);
      lines.push(text);
    },
  };
}

function startServer(where, { note }) {
  const server = net.createServer((c) => {
    note('client connected');
    c.on('end', () => note('client disconnected'));
    c.write('hello\r\n');
    c.pipe(c);
  });
  return server.listen(where, () => note('server bound'));
}

/* The two lines may arrive in any number of chunks, so the client joins them before it notes them. */
function startClient(where, { note }) {
  const client = net.createConnection(where, () => {
    note('connected to server!');
    client.write('world!\r\n');
  });
  let rest = '';
  client.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\r\n');
    rest = lines.pop();
    for (const line of lines) note(line);
    client.end();
  });
  client.on('end', () => note('disconnected from server'));
  return client;
}

async function show(title, where) {
  console.log(`--- ${title}`);
  const seen = { server: diary(), client: diary() };
  const server = startServer(where, seen.server);
  await once(server, 'listening');
  const client = startClient(where.path ? where : { port: server.address().port }, seen.client);
  await once(client, 'close');
  server.close();
  await once(server, 'close');

  assert.deepStrictEqual(seen.server.lines, ['server bound', 'client connected', 'client disconnected']);
  assert.deepStrictEqual(seen.client.lines, ['connected to server!', 'hello', 'world!', 'disconnected from server']);
}

async function main() {
  await show('TCP', { port: 0 });

  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-echo-'));
  const isWindows = process.platform === 'win32';
  try {
    const file = isWindows ? `\\\\.\\pipe\\${path.basename(dir)}` : path.join(dir, 'echo.sock');
    await show(isWindows ? 'named pipe' : 'Unix domain socket', { path: file });
    assert.deepStrictEqual(fs.readdirSync(dir), [], 'the server removes its socket');
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/* Two echoes take milliseconds. A side that waits longer has failed. */
setTimeout(() => {
  throw new Error('the other side has not answered');
}, 10000).unref();

/* If main() never settles, Node would end with status 0. So the status is 1 until main() succeeds. */
process.exitCode = 1;
main().then(() => {
  process.exitCode = 0;
});
