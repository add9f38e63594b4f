'use strict';

// What the kernel says of sockets, without cnet.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');

/**
 * The values of socket options of an open descriptor, as the kernel says.
 * @param {number} fd
 * @param {...string} names such as 'SOL_SOCKET.SO_KEEPALIVE', of Python's module socket
 * @returns {Promise<number[]>}
 */
async function sockopts(fd, ...names) {
  const program =
    'import socket, sys\n' +
    's = socket.socket(fileno=3)\n' +
    'for n in sys.argv[1:]:\n' +
    "  print(s.getsockopt(*[getattr(socket, p) for p in n.split('.')]))\n";
  const child = spawn('python3', ['-c', program, ...names], { stdio: ['ignore', 'pipe', 'inherit', fd] });
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`python3 ended with ${code}`);
  return out.trim().split('\n').map(Number);
}

/** How many descriptors this process has open. */
const openCount = () => fs.readdirSync('/proc/self/fd').length;

/** The inodes of the sockets that listen on `port` over TCP, from /proc. */
function listeners(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => fs.readFileSync(file, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === '0A')
    .map((fields) => fields[9]);
}

module.exports = { listeners, openCount, sockopts };
