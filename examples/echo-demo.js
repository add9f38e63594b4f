'use strict';
// `npm start`: the echo server and client of the documentation, over TCP and over a Unix domain socket (a named pipe
// on Windows). Prints what each side sees and ends with status 0 when that is what the documentation promises.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const net = require('cnet');

/* What one side saw: printed as it comes, kept for the check at the end. */
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

/* The two lines may come in one piece or in any number, so they are put together before they are noted. */
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

/* Two echoes take milliseconds: a side that waits in vain is a deviation too. */
setTimeout(() => {
  throw new Error('the other side has not answered');
}, 10000).unref();

/* Should the promises above never be settled, Node would end as if all were well. */
process.exitCode = 1;
main().then(() => {
  process.exitCode = 0;
});
