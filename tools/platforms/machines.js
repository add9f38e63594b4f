'use strict';
// machines.js: how a program of another platform is run on this one: by qemu-user, by Wine.

const fs = require('node:fs');
const path = require('node:path');

const { ROOT, ToolError, run, works } = require('../run.js');
const { musl } = require('./musl.js');

const CACHE = path.join(ROOT, '.cache', 'platforms');

/** The folders whose tests say something of a platform. */
const FOLDERS = ['api', 'beyond', 'loading', 'node', 'node-internals', 'processes', 'register', 'robustness'];

const QEMU = path.join(__dirname, 'qemu.sh');

/** Where Debian has Wine's program: `wine` in PATH is a script that says what else could be installed. */
const WINES = ['/usr/lib/wine/wine64', '/usr/bin/wine64'];

/* The first bytes of a program of an architecture (elf(5)), and which of them are compared. */
function elf({ machine, little, bits = 64 }) {
  const two = (value) => (little ? [value & 255, value >> 8] : [value >> 8, value & 255]);
  const magic = [0x7f, 0x45, 0x4c, 0x46, bits / 32, little ? 1 : 2, 1, ...Array(9).fill(0), ...two(2), ...two(machine)];
  const mask = [...Array(7).fill(255), 0, ...Array(8).fill(255), ...two(0xfffe), ...two(0xffff)];
  const text = (bytes) => bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  return [text(magic), text(mask)];
}

/* A Linux of another architecture: the kernel is this one's, the C library that of Debian's packages to cross build. */
const linux = (triple, qemu, header, libraries = []) => {
  const program = `/usr/bin/qemu-${qemu}-static`;
  const prefix = `/usr/${triple}`;
  const within = ['--user', '--map-root-user', '--mount', '--propagation', 'private', 'sh', QEMU, qemu, ...elf(header),
    program];
  return {
    lacks() {
      if (!fs.existsSync(program)) return `${program} is not there (Debian: apt-get install qemu-user-static)`;
      if (!fs.existsSync(prefix)) return `${prefix} is not there (Debian: apt-get install libstdc++6-<arch>-cross)`;
      for (const [library, debian] of libraries)
        if (!fs.existsSync(path.join(prefix, 'lib', library))) return `${library} is not there (Debian: apt-get install ${debian})`;
      if (!works('unshare', [...within, 'true'])) return 'the kernel has no binfmt_misc for a user namespace (Linux 6.7)';
      return null;
    },
    run: (node, args, options) =>
      run('unshare', [...within, node, ...args], { ...options, env: { ...options.env, QEMU_LD_PREFIX: prefix } }),
    prepare: async () => {},
    place: (file) => file,
  };
};

/** The differential scenarios of the core (test/node/differential/scenarios), where each process is slow to begin. */
const THEMES = ['connect-forms', 'echo', 'ending', 'families', 'listen-forms', 'reading', 'writing'];

const wine = () => WINES.find((file) => fs.existsSync(file));

const WINE_ENV = { WINEDEBUG: '-all', WINEARCH: 'win64', WINEPREFIX: path.join(CACHE, 'wine') };

/* Wine says that it is Windows 7 unless told; libuv asks, and Node wants a newer one. */
async function prepareWine() {
  if (fs.existsSync(path.join(WINE_ENV.WINEPREFIX, 'ready'))) return;
  fs.mkdirSync(CACHE, { recursive: true });
  const args = ['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f'];
  const { status, output } = await run(wine(), args, { quiet: true, env: { ...process.env, ...WINE_ENV } });
  if (status !== 0) throw new ToolError(`${output}\nWine could not be set up`);
  fs.writeFileSync(path.join(WINE_ENV.WINEPREFIX, 'ready'), '');
}

/* The output of a program under Wine must go to files: libuv does not take a pipe of this system's for one. */
const windows = {
  lacks: () => (wine() === undefined ? 'Wine is not there (Debian: apt-get install wine64)' : null),
  prepare: prepareWine,
  run(node, args, { output, env, ...options }) {
    const out = fs.openSync(output, 'w');
    return run(wine(), [node, ...args], { ...options, stdio: ['ignore', out, out], env: { ...env, ...WINE_ENV } })
      .finally(() => fs.closeSync(out));
  },
  place: (file) => `Z:${file.replaceAll('/', '\\')}`,
};

/**
 * By name: the package of npm, the prebuild, how much slower it is than the machine that it runs on. The newest Nodes
 * of line 20 that npm has for some are too old to be a model: they lack the events of connection attempts.
 */
const MACHINES = {
  musl: { ...musl, themes: THEMES },
  arm64: {
    node: { platform: 'linux-arm64', version: '20.20.2' }, prebuild: 'linux-arm64 glibc', slowness: 10,
    notCore: /proxy-protocol/, // bytes are ordered as on x64, and s390x tries it
    themes: ['connect-forms', 'echo', 'ending', 'reading'],
    ...linux('aarch64-linux-gnu', 'aarch64', { machine: 183, little: true }),
  },
  s390x: {
    node: { platform: 'linux-s390x', version: '18.20.4' }, prebuild: 'linux-s390x glibc', slowness: 10,
    themes: THEMES,
    ...linux('s390x-linux-gnu', 's390x', { machine: 22, little: false }),
  },
  ppc64le: {
    node: { platform: 'linux-ppc64le', version: '18.20.4' }, prebuild: 'linux-ppc64 glibc', slowness: 10,
    themes: THEMES,
    ...linux('powerpc64le-linux-gnu', 'ppc64le', { machine: 21, little: true }),
  },
  armv7: {
    node: { platform: 'linux-armv7l', version: '18.20.4' }, prebuild: 'linux-arm glibc', slowness: 10,
    themes: THEMES,
    ...linux('arm-linux-gnueabihf', 'arm', { machine: 40, little: true, bits: 32 }, [
      ['libatomic.so.1', 'libatomic1-armhf-cross'],
    ]),
  },
  windows: {
    node: { platform: 'win-x64', version: '20.20.2' }, prebuild: 'win32-x64', slowness: 3,
    themes: [...THEMES, 'destroy', 'options', 'reset', 'server', 'shape', 'streams'],
    more: ['--exit'], // Wine does not always end a process, whatever the program
    ...windows,
  },
};

module.exports = { CACHE, FOLDERS, MACHINES };
