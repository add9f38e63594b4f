'use strict';
// What is loaded and made before a program has asked for it: the garbage collector goes through all of it again and
// again, so it is little.

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const path = require('node:path');

const { codes } = require('../../lib/common/errors.js');
const native = require('../../lib/native/binding.js');

const LIB = path.join(__dirname, '..', '..', 'lib', 'index.js');

/** Files of Node's that cnet needs in few programs only. */
const HEAVY = ['perf_hooks', 'dns', 'os', 'internal/blocklist'];

/** The options of the whole program, which some of what runs the tests has set, load the files of all options. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^CNET_(?!NATIVE$)/.test(name)));

/** Which of these are loaded by code that finds cnet as `net`, beside what Node's net loads itself. */
function loadedBy(code) {
  const program = `'use strict';
    require('node:net');
    const before = new Set(process.moduleLoadList);
    const net = require(${JSON.stringify(LIB)});
    ${code}
    const names = process.moduleLoadList.filter((name) => !before.has(name));
    process.stdout.write(JSON.stringify(names.map((name) => name.replace(/^NativeModule /, ''))));`;
  const names = JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', env }));
  return HEAVY.filter((name) => names.includes(name));
}

describe('what is loaded', () => {
  it('loading cnet loads none of the large files of Node that few programs need', () => {
    assert.deepStrictEqual(loadedBy(''), []);
  });

  it('a server that listens at a port, and a socket that connects to its address, load none of them either', () => {
    const code = `net.createServer().listen(0, function () {
      net.connect(this.address().port, '127.0.0.1').on('close', () => this.close()).end();
    }).unref();`;
    assert.deepStrictEqual(loadedBy(code), []);
  });

  it('a program that asks for one of these is seen to', () => {
    assert.deepStrictEqual(loadedBy("require('node:dns');"), ['dns']);
  });

  it('the functions of the native part have one prototype among them', () => {
    const functions = Object.values(native).filter((value) => typeof value === 'function');
    assert.ok(functions.length > 100);
    assert.strictEqual(new Set(functions.map(({ prototype }) => prototype)).size, 1);
  });

  it('the class of a code is made once', () => {
    for (const code of Object.keys(codes)) assert.strictEqual(codes[code], codes[code], code);
  });
});
