'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');

const IS_WINDOWS = process.platform === 'win32';

/**
 * A directory of its own for one test. The name is short, because the path of a Unix socket must stay under 108 bytes.
 * @returns {{ dir: string, path(name: string): string, socket(name: string): string, remove(): void }} `path`: of a
 *   file in it; `socket`: where a server can listen, which is there too, or on Windows a named pipe of the same name
 */
function tempDir() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-'));
  return {
    dir,
    path: (name) => path.join(dir, name),
    socket: (name) => (IS_WINDOWS ? `\\\\.\\pipe\\${path.basename(dir)}-${name}` : path.join(dir, name)),
    // Again when another thread, or a process that is ending, makes or removes a file in it at this moment.
    remove: () => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }),
  };
}

/** A path for a Unix socket in such a directory, which is removed when the process ends. */
function pathUntilExit(name = 's') {
  const temp = tempDir();
  process.on('exit', () => temp.remove());
  return temp.socket(name);
}

module.exports = { pathUntilExit, tempDir };
