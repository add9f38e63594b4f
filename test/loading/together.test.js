'use strict';
// The files of lib/ are loaded without Node's search for each of them, and are modules like any other.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');

const LIB = path.join(__dirname, '..', '..', 'lib');

/** Code that moves a socket, which is loaded for it also where sockets that are bound cannot be moved. */
const TRANSFER = `
  try { net.receive(net.transfer(new net.BoundSocket())).close(); } catch (error) { if (error.code !== 'ENOTSUP') throw error; }`;

/** Runs code that finds the folder of the library as LIB. @returns {string} what it has printed */
function run(code, lib = LIB, env = {}) {
  const text = `'use strict'; const LIB = ${JSON.stringify(lib + path.sep)}; ${code}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', text], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  assert.deepStrictEqual({ stderr, status }, { stderr: '', status: 0 });
  return stdout.trim();
}

/** A copy of the library whose files can be changed. */
function copyOf(temp) {
  const lib = temp.path('lib');
  fs.cpSync(LIB, lib, { recursive: true });
  return lib;
}

const BUILT = path.join(LIB, '..', 'build', 'Release', 'cnet.node');
const NATIVE = { CNET_NATIVE: path.resolve(process.env.CNET_NATIVE || BUILT) };

describe('the loading of lib/', function () {
  this.timeout(patience(20000));

  it('each file is one module, in require.cache, whoever asks for it and in whatever order', () => {
    const order = `
      const first = require(LIB + 'native/handle.js');
      const net = require(LIB + 'index.js');
      const again = require(LIB + 'socket/socket');
      const modules = Object.values(require.cache).filter(({ filename }) => filename.startsWith(LIB));
      console.log(first === require(LIB + 'native/handle'), again.Socket === net.Socket, modules.every(({ loaded, filename, id }) => loaded && filename === id),
        new Set(modules.map(({ filename }) => filename)).size === modules.length, modules.length > 40,
        require(LIB + 'promises.js') === net.promises, modules.every(({ children }) => Array.isArray(children)));`;
    assert.strictEqual(run(order), 'true true true true true true true');
  });

  it('Node searches for the check of the runtime and for one more, and that one finds the others', () => {
    const text = `
      const Module = require('node:module');
      const { _resolveFilename } = Module;
      const sought = [];
      Module._resolveFilename = function resolve(name, ...args) {
        if (name.startsWith('./')) sought.push(name);
        return Reflect.apply(_resolveFilename, this, [name, ...args]);
      };
      require(LIB + 'index.js');
      console.log(sought.join());`;
    assert.strictEqual(run(text), './common/runtime,./node-internals/together');
  });

  it('a cleared require.cache gives another copy, that works for itself', () => {
    const text = `
      const before = require(LIB + 'index.js');
      for (const file of Object.keys(require.cache)) delete require.cache[file];
      const after = require(LIB + 'index.js');
      console.log(before.Socket !== after.Socket, new after.Socket() instanceof before.Socket, after.isIP('::1'));`;
    assert.strictEqual(run(text), 'true false 6');
  });

  it('what a program has put into require.extensions is given each of them', () => {
    const text = `
      const own = require.extensions['.js'];
      const seen = new Set();
      require.extensions['.js'] = (module, filename) => {
        seen.add(filename);
        own(module, filename);
      };
      require(LIB + 'index.js');
      const loaded = Object.keys(require.cache).filter((name) => name.startsWith(LIB));
      console.log(loaded.length > 40, loaded.every((name) => seen.has(name)));`;
    assert.strictEqual(run(text), 'true true');
  });

  it('what a program has put into require.cache is taken from there', () => {
    const text = `
      require.cache[require('node:path').join(LIB, 'address', 'ip.js')] = { exports: { isIP: () => 'mocked', isIPv4() {}, isIPv6() {} }, loaded: true };
      console.log(require(LIB + 'index.js').isIP('x'));`;
    assert.strictEqual(run(text), 'mocked');
  });

  it('a file that throws is not kept, and its error names it', () => {
    const temp = tempDir();
    try {
      const lib = copyOf(temp);
      const file = path.join(lib, 'address', 'ip.js');
      const good = fs.readFileSync(file, 'utf8');
      fs.writeFileSync(file, "'use strict';\nthrow new Error('broken');\n");
      const text = `
        const fs = require('node:fs');
        let stack = '';
        try { require(LIB + 'index.js'); } catch (error) { stack = error.stack; }
        const kept = Object.keys(require.cache).filter((name) => /ip\\.js|index\\.js/.test(name));
        const file = require('node:path').join(LIB, 'address', 'ip.js');
        fs.writeFileSync(file, process.env.GOOD);
        console.log(stack.includes(file + ':2'), kept.length, require(LIB + 'index.js').isIP('1.2.3.4'));`;
      assert.strictEqual(run(text, lib, { ...NATIVE, GOOD: good }), 'true 0 4');
    } finally {
      temp.remove();
    }
  });

  it('what is compiled later has been read by then: no file of lib/ is read after the package has been loaded', () => {
    const text = `
      const fs = require('node:fs');
      const net = require(LIB + 'index.js');
      const { readFileSync, openSync } = fs;
      fs.openSync = fs.readFileSync = (name) => { throw new Error(name + ' is read'); };
      const before = Object.keys(require.cache);
      const exported = before.map((name) => require.cache[name].exports);
      console.log(exported.length > 40, exported.every(Boolean), Object.keys(require.cache).length - before.length);`;
    assert.strictEqual(run(text), 'true true 0');
  });

  it('what is compiled later works when the folder has gone', () => {
    const temp = tempDir();
    try {
      const text = `
        const net = require(LIB + 'index.js');
        require('node:fs').rmSync(LIB, { recursive: true });
        const blockList = new net.BlockList();
        const server = net.createServer({ blockList, proxyProtocol: {} }, (socket) => socket.end('bytes')).listen(0, '127.0.0.1', () => {
          const source = { address: '1.2.3.4', port: 1 };
          const proxyHeader = { source, destination: source };
          net.connect({ port: server.address().port, host: '127.0.0.1', blockList, proxyHeader }).on('data', async (data) => {
            blockList.addAddress(net.SocketAddress.parse('1.2.3.4:5').address);
            net.splice(new net.Socket(), new net.Socket()).catch(() => {});
            ${TRANSFER}
            await server.shutdown();
            console.log(String(data));
          });
        });`;
      assert.strictEqual(run(text, copyOf(temp), NATIVE), 'bytes');
    } finally {
      temp.remove();
    }
  });

  it('what is compiled later is this copy of the package, when another has been loaded since', () => {
    const text = `
      const one = require(LIB + 'index.js');
      for (const file of Object.keys(require.cache)) delete require.cache[file];
      const two = require(LIB + 'index.js');
      const lists = [new two.BlockList(), new one.BlockList()];
      lists[1].addAddress('127.0.0.1');
      const isRefused = ({ blockList: list }, host) => new Promise((resolve) => {
        one.connect({ port: 1, host, blockList: list }).on('error', ({ code }) => resolve(code));
      });
      two.promises;
      one.setDefaults({ connectTimeout: 4321 });
      isRefused({ blockList: lists[1] }, '127.0.0.1').then((code) => {
        console.log(code, one.promises !== two.promises, one.getDefaults().connectTimeout, two.getDefaults().connectTimeout);
      });`;
    assert.strictEqual(run(text), 'ERR_IP_BLOCKED true 4321 undefined');
  });

  it('with a loader that is not Node’s nothing is left for later', () => {
    const text = `
      const Module = require('node:module');
      class Other extends Module {}
      const made = new Map();
      const load = (filename) => {
        if (made.has(filename)) return made.get(filename).exports;
        const own = new Other(filename, null);
        made.set(filename, own);
        own.filename = filename;
        const find = Module.createRequire(filename);
        own.require = (id) => (id.startsWith('.') ? load(find.resolve(id)) : find(id));
        own._compile(require('node:fs').readFileSync(filename, 'utf8'), filename);
        return own.exports;
      };
      const net = load(LIB + 'index.js');
      const before = made.size;
      net.promises;
      net.splice(new net.Socket(), new net.Socket()).catch(() => {});
      ${TRANSFER}
      console.log(made.size - before, new net.BlockList().check('::1'), made.has(require('node:path').join(LIB, 'processes', 'transfer.js')));`;
    assert.strictEqual(run(text), '0 false true');
  });
});
