'use strict';
// floors.js: `npm run floors`: docs/floors.svg, the picture of the house, from the includes of src/ and the requires
// of lib/. A box is a floor or a room; an arrow goes from who includes or requires to what is included or required.
// An arrow that others imply is left out, so the picture stays readable; one that goes up is red, and always there.

const fs = require('node:fs');
const path = require('node:path');
const { instance } = require('@viz-js/viz');

const { ROOMS } = require('./eslint/rooms.js');
const { ROOT, tool } = require('./run.js');

const FILE = path.join('docs', 'floors.svg');

/**
 * From below, as cnet.gyp has them, and the rooms as docs/architecture.md does. `''`: the doors, the files of lib/
 * itself.
 */
const HOUSE = {
  lib: [...ROOMS, ''],
  src: ['base', 'address', 'platform', 'proxy', 'core', 'threads', 'binding'],
};

/** What is said of a box below its name. */
const WORDS = {
  lib: 'the doors, for programs',
  'lib/register': "require('net') gives cnet",
  'lib/processes': 'to other processes and threads',
  'lib/program': 'holds for the whole program',
  'lib/server': 'net.Server',
  'lib/socket': 'net.Socket',
  'lib/proxy': 'headers of the PROXY protocol',
  'lib/options': 'what both share',
  'lib/address': 'IP, SocketAddress, BlockList',
  'lib/native': 'loads the addon; its handles',
  'lib/node-internals': "Node's private things",
  'lib/common': 'errors, arguments, timers',
  'src/binding': 'Node-API: every call to and fro',
  'src/threads': 'I/O threads that run the core',
  'src/core': 'sockets over libuv',
  'src/proxy': 'headers of the PROXY protocol',
  'src/address': 'IP, networks, block lists',
  'src/platform': 'what libuv does not have',
  'src/base': 'table, heap',
};

/* --- reading ------------------------------------------------------------------------------------------------------ */

const LINKS = {
  src: { ends: /\.[ch]$/, pattern: /^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm },
  lib: {
    ends: /\.m?js$/,
    pattern: /^(?![ \t]*(?:\*|\/\/|\/\*)).*?(?:\brequire\(|\bfrom |\bimport\(|^import )'(\.[^']+)'/gm,
  },
};

/* Every file of a house, relative to `root`, with slashes. */
function filesOf(house, root) {
  return fs
    .readdirSync(path.join(root, house), { recursive: true })
    .map((name) => `${house}/${name.split(path.sep).join('/')}`)
    .filter((name) => LINKS[house].ends.test(name))
    .sort();
}

/* The room of a file: `src/core`, `lib/socket`; `lib` for the doors. */
const roomOf = (file) => file.split('/').slice(0, -1).slice(0, 2).join('/');

/* The file of src/ that an include names, or that of lib/ that a require does. */
function target(house, file, name, files) {
  if (house === 'src') return files.find((other) => other.endsWith(`/${name}`));
  const whole = path.posix.join(path.posix.dirname(file), name);
  return files.find((other) => other === whole || other === `${whole}.js` || other === `${whole}/index.js`);
}

/**
 * The rooms of a house from below, with their files, and who needs whom.
 * @param {'lib' | 'src'} house
 * @param {string} [root] of the project
 * @returns {{ name: string, files: number, needs: Set<string> }[]}
 */
function readHouse(house, root = ROOT) {
  const files = filesOf(house, root);
  const names = HOUSE[house].map((name) => (name === '' ? house : `${house}/${name}`));
  const others = files.map(roomOf).filter((room) => !names.includes(room));
  if (others.length > 0) throw new Error(`tools/floors.js does not know ${others[0]}`);
  const rooms = names
    .map((name) => ({ name, files: 0, needs: new Set() }))
    .filter(({ name }) => files.some((file) => roomOf(file) === name));
  for (const file of files) {
    const room = rooms.find(({ name }) => name === roomOf(file));
    room.files++;
    for (const [, name] of fs.readFileSync(path.join(root, file), 'utf8').matchAll(LINKS[house].pattern)) {
      const found = target(house, file, name, files);
      if (found === undefined) throw new Error(`${file} asks for ${name}, which is not in ${house}/`);
      if (roomOf(found) !== room.name) room.needs.add(roomOf(found));
    }
  }
  return rooms;
}

/**
 * The arrows of the picture.
 * @param {ReturnType<typeof readHouse>} rooms from below
 * @returns {{ from: string, to: string, isUp: boolean }[]}
 */
function arrowsOf(rooms) {
  const place = new Map(rooms.map(({ name }, i) => [name, i]));
  const down = new Map(
    rooms.map(({ name, needs }) => [name, [...needs].filter((other) => place.get(other) < place.get(name))]),
  );
  const reaches = (from, to) => down.get(from).some((next) => next === to || reaches(next, to));
  return rooms
    .flatMap(({ name, needs }) =>
      [...needs].sort().map((to) => ({ from: name, to, isUp: place.get(to) > place.get(name) })),
    )
    .filter(({ from, to, isUp }) => isUp || !down.get(from).some((next) => next !== to && reaches(next, to)));
}

/* --- drawing: Graphviz places the boxes and the arrows, and the colours are those of the page, light or dark ------ */

const STYLE = `
  text { fill: #57606a; } .box text:first-of-type { font-weight: 600; fill: #1f2328; } .graph > polygon { fill: #ffffff; }
  .house polygon { stroke: #8c959f; stroke-dasharray: 6 4; } .box path { fill: #f2f5f9; stroke: #57606a; }
  .edge path { stroke: #57606a; } .edge polygon { stroke: #57606a; fill: #57606a; }
  .up path { stroke: #cf222e; stroke-width: 2.5; } .up polygon { stroke: #cf222e; fill: #cf222e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #b1bac4; } .box text:first-of-type { fill: #f0f6fc; } .graph > polygon { fill: #0d1117; }
    .box path { fill: #1c2430; stroke: #9aa4af; } .edge path { stroke: #9aa4af; } .edge polygon { stroke: #9aa4af; fill: #9aa4af; }
    .up path { stroke: #ff7b72; } .up polygon { stroke: #ff7b72; fill: #ff7b72; }
  }`;

const TITLES = { lib: 'JavaScript: lib/', src: 'C: src/' };

/* A house in the language of Graphviz. */
function describe(house, rooms) {
  const boxes = rooms.map(
    ({ name, files }) =>
      `"${name}" [class=box label="${name === 'lib' ? 'lib/' : name}  (${files} files)\\n${WORDS[name]}"]`,
  );
  const arrows = arrowsOf(rooms).map(
    ({ from, to, isUp }) => `"${from}" -> "${to}"${isUp ? ' [class=up constraint=false]' : ''}`,
  );
  return `subgraph cluster_${house} { class=house label="${TITLES[house]}" labelloc=t labeljust=l\n${[...boxes, ...arrows].join('\n')} }`;
}

/**
 * The picture.
 * @param {string} [root] of the project
 * @returns {Promise<string>} SVG
 */
async function draw(root = ROOT) {
  const houses = Object.keys(HOUSE).map((house) => describe(house, readHouse(house, root)));
  const graph = `digraph "The rooms of lib/ and the floors of src/" {
    graph [fontname="sans-serif" fontsize=13 ranksep=0.35 nodesep=0.3 labelloc=b
      label="An arrow goes down to what is needed; one that others imply is not drawn. One that goes up is red."]
    node [shape=box style="rounded,filled" fontname="sans-serif" fontsize=13 margin="0.15,0.08" width=3.1]
    ${houses.join('\n')}
    "lib/native" -> "src/binding" [style=dashed label="  Node-API" fontname="sans-serif" fontsize=13] }`;
  const viz = await instance();
  return viz.renderString(graph, { format: 'svg' }).replace(/<g /, `<style>${STYLE}\n</style>\n<g `);
}

module.exports = { FILE, arrowsOf, draw, readHouse };

if (require.main === module) tool(async () => fs.writeFileSync(path.join(ROOT, FILE), await draw()));
