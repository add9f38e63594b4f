'use strict';
// What lib/node-internals/together.js, modules.js and process.js rely on in the loader and the process of the running
// Node. A test that fails names what Node has changed.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const Module = require('node:module');
const nodeNet = require('node:net');
const path = require('node:path');

const { isLoaded, replaceLoad } = require('../../lib/node-internals/modules.js');
const { ACTIVE_HANDLES } = require('../../lib/node-internals/process.js');

/** What code prints in a process of its own. */
function run(code) {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
    cwd: path.join(__dirname, '..', '..'),
    encoding: 'utf8',
  });
  assert.strictEqual(stderr, '');
  return stdout.trim();
}

describe('node-internals/together.js relies on:', () => {
  it('Module._cache is require.cache, and Module._extensions is require.extensions', () => {
    assert.strictEqual(Module._cache, require.cache);
    assert.strictEqual(Module._extensions, require.extensions);
  });

  it('a file is loaded by a new Module with its name and its paths, put into the cache, and the function for ".js"', () => {
    const filename = path.join(__dirname, '..', '..', 'lib', 'common', 'nearest.js');
    const made = new Module(filename, module);
    assert.deepStrictEqual([made.id, made.filename, made.loaded, made.exports], [filename, null, false, {}]);
    made.filename = filename;
    made.paths = module.paths;
    Module._extensions['.js'](made, filename);
    assert.strictEqual(typeof made.exports.nearest, 'function');
    assert.deepStrictEqual(made.paths, module.paths);
  });

  it("require() of a file is Module.prototype.require() of its module, or the module's own", () => {
    assert.ok(module instanceof Module);
    assert.strictEqual(Object.getPrototypeOf(module), Module.prototype);
    assert.strictEqual(typeof Object.getOwnPropertyDescriptor(Module.prototype, 'require').value, 'function');
    assert.strictEqual(Object.hasOwn(module, 'require'), false);
    module.require = (id) => `own ${id}`;
    try {
      assert.strictEqual(require('./x'), 'own ./x');
    } finally {
      delete module.require;
    }
  });

  it('a module that is being loaded is in the cache, with `loaded` false', () => {
    assert.strictEqual(run(`
      const Module = require('node:module');
      const own = Module._extensions['.js'];
      Module._extensions['.js'] = (made, filename) => {
        console.log(made.loaded, require.cache[filename] === made);
        own(made, filename);
      };
      require('./lib/common/nearest.js');`), 'false true');
  });
});

describe('node-internals/modules.js relies on:', () => {
  it('every require() calls Module._load(request, parent), also of what is in the cache, and gives its result', () => {
    const seen = [];
    const undo = replaceLoad((next) => function load(...args) {
      seen.push([args[0], args[1]]);
      return args[0] === 'of-nobody' ? 'ours' : Reflect.apply(next(), this, args);
    });
    try {
      assert.strictEqual(require('node:net'), nodeNet);
      assert.strictEqual(require('of-nobody'), 'ours');
    } finally {
      undo();
    }
    assert.deepStrictEqual(seen.map(([name]) => name), ['node:net', 'of-nobody']);
    assert.ok(seen.every(([, parent]) => parent === module));
  });

  it('process.moduleLoadList names the builtin modules that were loaded', () => {
    assert.strictEqual(isLoaded('net'), true);
    assert.strictEqual(isLoaded('no_such_module'), false);
    if (process.versions.openssl === undefined) return;
    assert.strictEqual(run(`
      const { isLoaded } = require('./lib/node-internals/modules.js');
      console.log(isLoaded('tls'), require('node:tls') && isLoaded('tls'));`), 'false true');
  });

  it('process.moduleLoadList is searched once for a module that nobody has, until Node loads another', () => {
    const { moduleLoadList: list } = process;
    let searches = 0;
    list.includes = function includes(...args) {
      searches++;
      return Reflect.apply(Array.prototype.includes, this, args);
    };
    try {
      for (let i = 0; i < 3; i++) assert.strictEqual(isLoaded('nobody_has_it'), false);
      assert.strictEqual(searches, 1);
      list.push('NativeModule nobody_has_it');
      assert.strictEqual(isLoaded('nobody_has_it'), true);
    } finally {
      delete list.includes;
      if (list.at(-1) === 'NativeModule nobody_has_it') list.pop();
    }
  });
});

describe('node-internals/process.js relies on:', () => {
  it('process._getActiveHandles() gives the sockets and servers that keep the process alive', async () => {
    const server = nodeNet.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    assert.ok(process[ACTIVE_HANDLES]().includes(server));
    assert.ok(process.getActiveResourcesInfo().includes('TCPServerWrap'));
    server.unref();
    assert.ok(!process[ACTIVE_HANDLES]().includes(server));
    server.close();
    await once(server, 'close');
  });

  it('and is a property that can be replaced', () => {
    const { writable, configurable } = Object.getOwnPropertyDescriptor(process, ACTIVE_HANDLES);
    assert.deepStrictEqual({ writable, configurable }, { writable: true, configurable: true });
  });
});
