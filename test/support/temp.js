'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');

/**
 * A directory of its own for one test. The name is short, because the path of a Unix socket must stay under 108 bytes.
 * @returns {{ dir: string, path(name: string): string, remove(): void }}
 */
function tempDir() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-'));
  return {
    dir,
    path: (name) => path.join(dir, name),
    remove: () => fs.rmSync(dir, { recursive: true, force: true }),
  };
}

/** A path for a Unix socket in such a directory, which is removed when the process ends. */
function pathUntilExit(name = 's') {
  const temp = tempDir();
  process.on('exit', () => temp.remove());
  return temp.path(name);
}

module.exports = { pathUntilExit, tempDir };
