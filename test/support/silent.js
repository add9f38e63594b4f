'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');

/*
 * Listens without ever accepting, with a queue of one, and fills that: the kernel then answers no SYN (listen(2)). A
 * host on standard input has its queue emptied: who tries again is connected.
 */
const PROGRAM = `
import socket, sys
port, held, listeners = int(sys.argv[1]), [], {}
for host in sys.argv[2:]:
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    port = listener.getsockname()[1]
    listener.listen(0)
    held.append(socket.create_connection((host, port)))
    listeners[host] = listener
print(port, flush=True)
for line in sys.stdin:
    held.append(listeners[line.strip()].accept()[0])
`;

/**
 * Addresses that do not answer.
 * @param {string[]} hosts of the loopback
 * @param {number} [port] the same for all; 0: one of the system's choice
 * @returns {Promise<{ port: number, answer(host: string): void, close(): Promise<void> }>} answer(): it does from now
 *   on
 */
async function silent(hosts, port = 0) {
  const child = spawn('python3', ['-c', PROGRAM, String(port), ...hosts], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => { throw new Error(`python3 ended with ${code}`); }),
  ]);
  return {
    port: Number(line),
    answer: (host) => child.stdin.write(`${host}\n`),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

module.exports = { silent };
