'use strict';
// floors.js: `npm run floors`: docs/floors.svg, the picture of the house, from the includes of src/ and the requires of lib/.
// A box is a floor or a room; an arrow goes from who includes or requires to what is included or required. An arrow that
// others imply is left out, so the picture stays readable; one that goes up is red, and always there.

const fs = require('node:fs');
const path = require('node:path');

const { ROOT, tool } = require('./run.js');

const FILE = path.join('docs', 'floors.svg');

/** From below, as cnet.gyp has them, and the rooms as docs/architecture.md does. `''`: the doors, the files of lib/ itself. */
const HOUSE = {
  lib: ['common', 'node-internals', 'native', 'address', 'options', 'proxy', 'socket', 'server', 'program', 'processes', 'register', ''],
  src: ['base', 'address', 'platform', 'proxy', 'core', 'binding'],
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
  'src/core': 'sockets over libuv',
  'src/proxy': 'headers of the PROXY protocol',
  'src/address': 'IP, networks, block lists',
  'src/platform': 'what libuv does not have',
  'src/base': 'table, heap',
};

/* --- reading ------------------------------------------------------------------------------------------------------ */

const LINKS = {
  src: { ends: /\.[ch]$/, pattern: /^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm },
  lib: { ends: /\.m?js$/, pattern: /^(?![ \t]*(?:\*|\/\/|\/\*)).*?(?:\brequire\(|\bfrom |\bimport\(|^import )'(\.[^']+)'/gm },
};

/* Every file of a house, relative to `root`, with slashes. */
function filesOf(house, root) {
  return fs.readdirSync(path.join(root, house), { recursive: true }).map((name) => `${house}/${name.split(path.sep).join('/')}`)
    .filter((name) => LINKS[house].ends.test(name)).sort();
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
  const rooms = names.map((name) => ({ name, files: 0, needs: new Set() })).filter(({ name }) => files.some((file) => roomOf(file) === name));
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
  const down = new Map(rooms.map(({ name, needs }) => [name, [...needs].filter((other) => place.get(other) < place.get(name))]));
  const reaches = (from, to) => down.get(from).some((next) => next === to || reaches(next, to));
  return rooms.flatMap(({ name, needs }) => [...needs].sort().map((to) => ({ from: name, to, isUp: place.get(to) > place.get(name) })))
    .filter(({ from, to, isUp }) => isUp || !down.get(from).some((next) => next !== to && reaches(next, to)));
}

/* The rows of the picture, the lowest first: each room one row above the highest that it needs. */
function rowsOf(rooms) {
  const rows = new Map();
  for (const { name, needs } of rooms) {
    rows.set(name, Math.max(-1, ...[...needs].filter((other) => rows.has(other)).map((other) => rows.get(other))) + 1);
  }
  const list = [];
  for (const room of rooms) (list[rows.get(room.name)] ??= []).push(room);
  return list;
}

/* --- drawing ------------------------------------------------------------------------------------------------------ */

const WIDTH = 820;
const BOX = { width: 230, height: 50 };
const GAP = { across: 26, down: 30 };
const HEAD = 34; // a title
const MIDDLE = WIDTH / 2;
const ROUND = 60; // how near to the border an arrow over several rows goes

const STYLE = `
  svg { font: 13px system-ui, sans-serif; }
  .ground { fill: #ffffff; } .box { fill: #f2f5f9; stroke: #57606a; } .name { font-weight: 600; fill: #1f2328; }
  .word, .title { fill: #57606a; } .arrow { fill: none; stroke: #57606a; stroke-width: 1.4; } .tip { fill: #57606a; }
  .border { stroke: #57606a; stroke-dasharray: 6 4; } .arrow.up { stroke: #cf222e; stroke-width: 2.5; } .tip.up { fill: #cf222e; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; } .box { fill: #1c2430; stroke: #9aa4af; } .name { fill: #f0f6fc; } .word, .title { fill: #b1bac4; }
    .arrow { stroke: #9aa4af; } .tip { fill: #9aa4af; } .border { stroke: #9aa4af; }
    .arrow.up { stroke: #ff7b72; } .tip.up { fill: #ff7b72; }
  }`;

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/* Where the boxes of a house stand, the highest row at `top`. */
function placeBoxes(rows, top) {
  const places = new Map();
  [...rows].reverse().forEach((row, i) => {
    const width = row.length * BOX.width + (row.length - 1) * GAP.across;
    row.forEach(({ name }, j) => {
      places.set(name, { x: MIDDLE - width / 2 + j * (BOX.width + GAP.across), y: top + i * (BOX.height + GAP.down) });
    });
  });
  return places;
}

function drawBox({ name, files }, { x, y }) {
  const title = name === 'lib' ? 'lib/' : name;
  return [
    `<rect class="box" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/>`,
    `<text class="name" x="${x + 12}" y="${y + 21}">${title}</text>`,
    `<text class="word" x="${x + BOX.width - 12}" y="${y + 21}" text-anchor="end">${files} files</text>`,
    `<text class="word" x="${x + 12}" y="${y + 39}">${escape(WORDS[name])}</text>`,
  ];
}

/* Its ends lie beside those of the other arrows at that side of a box; one over several rows goes round the boxes between. */
function drawArrow({ isUp }, from, to, side) {
  const down = to.y > from.y;
  const [x1, y1] = [from.x + BOX.width * (0.5 + side.from), from.y + (down ? BOX.height : 0)];
  const [x2, y2] = [to.x + BOX.width * (0.5 + side.to), to.y + (down ? 0 : BOX.height)];
  const tip = down ? -7 : 7;
  const far = Math.abs(y2 - y1) > GAP.down;
  const bend = far ? `C ${side.round} ${y1 + (y2 - y1) * 0.3}, ${side.round} ${y1 + (y2 - y1) * 0.7},` : `C ${x1} ${(y1 + y2) / 2}, ${x2} ${(y1 + y2) / 2},`;
  const up = isUp ? ' up' : '';
  return [
    `<path class="arrow${up}" d="M ${x1} ${y1} ${bend} ${x2} ${y2 + tip}"/>`,
    `<path class="tip${up}" d="M ${x2} ${y2} l -4 ${tip} h 8 z"/>`,
  ];
}

/* How far from the middle of a box the ends of its arrows are: those to the left first. */
function endsOf(arrows, places, key, other) {
  const ends = new Map();
  for (const name of places.keys()) {
    const own = arrows.filter((arrow) => arrow[key] === name).sort((a, b) => places.get(a[other]).x - places.get(b[other]).x);
    own.forEach((arrow, i) => ends.set(arrow, ((i + 1) / (own.length + 1) - 0.5) * 0.7));
  }
  return ends;
}

function drawHouse(rooms, top) {
  const places = placeBoxes(rowsOf(rooms), top);
  const arrows = arrowsOf(rooms);
  const [from, to] = [endsOf(arrows, places, 'from', 'to'), endsOf(arrows, places, 'to', 'from')];
  const lines = arrows.flatMap((arrow) => {
    const isLeft = places.get(arrow.to).x + BOX.width / 2 < MIDDLE;
    const side = { from: from.get(arrow), to: to.get(arrow), round: isLeft ? ROUND : WIDTH - ROUND };
    return drawArrow(arrow, places.get(arrow.from), places.get(arrow.to), side);
  });
  const bottom = Math.max(...[...places.values()].map(({ y }) => y)) + BOX.height;
  return { lines: [...lines, ...rooms.flatMap((room) => drawBox(room, places.get(room.name)))], bottom };
}

/**
 * The picture.
 * @param {string} [root] of the project
 * @returns {string} SVG
 */
function draw(root = ROOT) {
  const title = (y, text) => `<text class="title" x="20" y="${y}">${text}</text>`;
  const lib = drawHouse(readHouse('lib', root), HEAD);
  const border = lib.bottom + 28;
  const src = drawHouse(readHouse('src', root), border + HEAD);
  const height = src.bottom + 40;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    '<title>The rooms of lib/ and the floors of src/, and who needs whom</title>',
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    title(22, 'JavaScript: lib/'), ...lib.lines,
    `<path class="border" d="M 0 ${border} H ${WIDTH}"/>`, title(border + 20, 'C: src/, called by Node-API'), ...src.lines,
    `<text class="title" x="${MIDDLE}" y="${height - 12}" text-anchor="middle">An arrow goes down to what is needed; one that others imply is not drawn. One that goes up is red.</text>`,
    '</svg>', '',
  ].join('\n');
}

module.exports = { FILE, arrowsOf, draw, readHouse };

if (require.main === module) tool(() => fs.writeFileSync(path.join(ROOT, FILE), draw()));
