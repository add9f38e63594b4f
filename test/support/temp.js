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

module.exports = { tempDir };
