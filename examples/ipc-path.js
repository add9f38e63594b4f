'use strict';
// A server on a path: a named pipe on Windows, a Unix domain socket on other systems.
// Section "IPC support" of Node's documentation.
//   node examples/ipc-path.js

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const net = require('cnet');

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-ipc-'));
const name = process.platform === 'win32' ? path.join('\\\\?\\pipe', process.cwd(), 'myctl') : path.join(dir, 'myctl');

const server = net.createServer().listen(name, () => {
  console.log('address is the path:', server.address() === name);
  server.close(() => {
    console.log('path is gone:', !fs.existsSync(name));
    fs.rmSync(dir, { recursive: true });
  });
});
