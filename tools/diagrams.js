'use strict';
// diagrams.js: `npm run diagrams`: the pictures of the documents that are not made from the sources: the life of a
// connection, racing on a time axis, the way of bytes, and that of bytes with an I/O thread. Their colours are those of
// the page, light or dark.

const fs = require('node:fs');
const path = require('node:path');

const { ROOT, tool } = require('./run.js');

const STYLE = `
  text { font: 13px sans-serif; fill: #57606a; } .title { font-weight: 600; fill: #1f2328; } .small { font-size: 11px; }
  .middle { text-anchor: middle; } .page { fill: #ffffff; } .c { fill: #dbe9f9; } .js { fill: #fdf3d0; }
  .kernel { fill: #e6e8eb; } .box { stroke: #57606a; } .area { fill: none; stroke: #8c959f; stroke-dasharray: 6 4; }
  .line { stroke: #57606a; fill: none; } .head { fill: #57606a; stroke: none; } .grid { stroke: #d0d7de; }
  .lost { fill: #e6e8eb; stroke: #8c959f; } .won { fill: #1a7f37; stroke: none; } .good { fill: #1a7f37; }
  @media (prefers-color-scheme: dark) {
    text { fill: #b1bac4; } .title { fill: #f0f6fc; } .page { fill: #0d1117; } .c { fill: #14304f; } .js { fill: #41360f; }
    .kernel { fill: #2b3138; } .box { stroke: #9aa4af; } .line { stroke: #9aa4af; } .head { fill: #9aa4af; }
    .grid { stroke: #30363d; } .lost { fill: #2b3138; stroke: #6e7681; } .won { fill: #3fb950; } .good { fill: #3fb950; }
  }`;

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const text = (x, y, words, names = '') => `<text x="${x}" y="${y}" class="${names}">${escape(words)}</text>`;

const heightOf = (lines) => 28 + lines.length * 16;

/* A box with a title and lines below it. */
function box(x, y, width, kind, title, lines = []) {
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${heightOf(lines)}" rx="6" class="box ${kind}"/>`,
    text(x + width / 2, y + 19, title, 'title middle'),
    ...lines.map((line, i) => text(x + width / 2, y + 36 + i * 16, line, 'small middle')),
  ].join('\n');
}

/* An arrow along a path of points, whose line is of a class. */
function arrowOf(names, points) {
  const [[x1, y1], [x2, y2]] = points.slice(-2);
  const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  return [
    `<polyline points="${points.map((point) => point.join(',')).join(' ')}" class="${names}"/>`,
    `<path d="M0,0 L-8,-4 L-8,4 Z" transform="translate(${x2},${y2}) rotate(${angle})" class="head"/>`,
  ].join('\n');
}

const arrow = (...points) => arrowOf('line', points);

function picture(width, height, label, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(label)}">
<style>${STYLE}
</style>
<rect width="${width}" height="${height}" class="page"/>
${parts.join('\n')}
</svg>
`;
}

/* What the colours of boxes mean. */
function legend(x, y, entries) {
  return entries.map(([kind, words], i) =>
    [`<rect x="${x + i * 190}" y="${y - 11}" width="14" height="14" rx="3" class="box ${kind}"/>`, text(x + 20 + i * 190, y, words, 'small')].join('\n'));
}

/* --- the life of a connection ------------------------------------------------------------------------------------- */

const W = 320;
const SERVER = [
  ['kernel', 'The kernel has a connection', ['it waits in the backlog of listen()']],
  ['c', 'Who may come in?', ['block list, users, maxConnections,', "limits per address, network and second: 'drop'"]],
  ['c', 'Header of the PROXY protocol', ["only with proxyProtocol; 'proxyError' without one"]],
  ['js', "'connection'", ['the first JavaScript object of this connection']],
];
const CLIENT = [
  ['js', 'connect()', ['options, defaults of the program']],
  ['js', 'Lookup', ["'lookup' for each address; the block list is asked"]],
  ['c', 'Attempts', ["one after the other, or racing: 'connectionAttempt',", "'connectionAttemptFailed', 'connectionAttemptTimeout'"]],
  ['js', "'connect', 'ready'", ['connectTimeout ends here']],
];

/* Boxes one below the other, as far apart as the room from `top` to `bottom` lets them. */
function column(x, boxes, top, bottom) {
  const used = boxes.reduce((sum, [, , lines]) => sum + heightOf(lines), 0);
  const gap = (bottom - top - used) / boxes.length;
  let y = top;
  return boxes.flatMap(([kind, title, lines]) => {
    const end = y + heightOf(lines);
    const parts = [box(x, y, W, kind, title, lines), arrow([x + W / 2, end], [x + W / 2, end + gap])];
    y = end + gap;
    return parts;
  });
}

function drawLife() {
  const [top, open] = [44, 336];
  const [left, right] = [20, 400];
  const centre = (left + right + W) / 2;
  return picture(740, 580, 'The life of a connection', [
    text(left + W / 2, 28, 'A server accepts it', 'title middle'),
    text(right + W / 2, 28, 'A client makes it', 'title middle'),
    ...column(left, SERVER, top, open),
    ...column(right, CLIENT, top, open),
    box(left, open, right + W - left, 'js', 'Open', [
      "C reads and writes; JavaScript emits 'data', 'drain' and, when nothing happens for so long, 'timeout'",
      'sendFile() and splice(): the bytes stay in the kernel',
    ]),
    arrow([left + W / 2, 396], [left + W / 2, 424]),
    arrow([right + W / 2, 396], [right + W / 2, 424]),
    box(left, 424, W, 'js', "The peer ends: 'end'", ['with allowHalfOpen this side may still write']),
    box(right, 424, W, 'js', "This side ends: end(), 'finish'", ['what was written is sent first']),
    arrow([left + W / 2, 468], [left + W / 2, 482], [centre - 20, 482], [centre - 20, 496]),
    arrow([right + W / 2, 468], [right + W / 2, 482], [centre + 20, 482], [centre + 20, 496]),
    box(centre - W / 2, 496, W, 'js', "'close'", ["last of all; 'error' comes before it where there is one"]),
    ...legend(left, 568, [['kernel', 'the kernel'], ['c', 'cnet in C'], ['js', 'cnet in JavaScript']]),
  ]);
}

/* --- racing ------------------------------------------------------------------------------------------------------- */

/** Three addresses that answer 600 ms after they were asked, as on a slow network. */
const ANSWER_MS = 600;
const LIMIT_MS = 500; // autoSelectFamilyAttemptTimeout
const DELAY_MS = 250; // connectionAttemptDelay

/** What becomes of each attempt: [beginning, end, what it is] in milliseconds. */
const SERIAL = [
  [0, LIMIT_MS, 'given up'],
  [LIMIT_MS, 2 * LIMIT_MS, 'given up'],
  [2 * LIMIT_MS, 2 * LIMIT_MS + ANSWER_MS, 'connected'],
];
const RACE = [0, 1, 2].map((i) => [i * DELAY_MS, ANSWER_MS, i === 0 ? 'connected' : 'closed']);

const AXIS = { x: 110, width: 520, most: 1700 };
const at = (ms) => AXIS.x + (ms / AXIS.most) * AXIS.width;

function attempts(y, title, rows) {
  return [
    text(20, y, title, 'title'),
    ...rows.flatMap(([from, to, end], i) => {
      const top = y + 12 + i * 26;
      const isWinner = end === 'connected';
      return [
        text(20, top + 14, `address ${i + 1}`, 'small'),
        `<rect x="${at(from)}" y="${top}" width="${at(to) - at(from)}" height="18" rx="4" class="${isWinner ? 'won' : 'lost'}"/>`,
        text(at(to) + 6, top + 14, `${end} at ${to} ms`, isWinner ? 'small good' : 'small'),
      ];
    }),
  ];
}

function drawRacing() {
  const ticks = [0, 250, 500, 750, 1000, 1250, 1500];
  return picture(740, 310, 'Racing on a time axis', [
    text(20, 24, 'Three addresses, each of which answers after 600 ms', 'title'),
    ...ticks.map((ms) => `<line x1="${at(ms)}" y1="48" x2="${at(ms)}" y2="272" class="grid"/>`),
    ...ticks.map((ms) => text(at(ms), 290, `${ms} ms`, 'small middle')),
    ...attempts(58, 'One after the other (as node:net), each for at most 500 ms, the last without a limit', SERIAL),
    ...attempts(176, 'connectionAttemptDelay: 250', RACE),
  ]);
}

/* --- the way of bytes --------------------------------------------------------------------------------------------- */

const BYTES = [
  ['pipe(): through JavaScript', 'copy', [
    ['kernel', 'socket', 'receive buffer'], ['js', 'Buffer', 'memory of JavaScript'], ['kernel', 'socket', 'send buffer'],
  ]],
  ['pipe() with I/O threads: through JavaScript, and the calls of the system on other threads', 'copy', [
    ['kernel', 'socket', 'receive buffer'], ['c', 'I/O thread', 'calls read(2)'], ['js', 'Buffer', 'of JavaScript'],
    ['c', 'I/O thread', 'calls write(2)'], ['kernel', 'socket', 'send buffer'],
  ]],
  ['splice(a, b): from socket to socket', 'move', [
    ['kernel', 'socket', 'receive buffer'], ['kernel', 'pipe', 'in the kernel, at most 1 MB'], ['kernel', 'socket', 'send buffer'],
  ]],
  ['sendFile(): from a file to a socket', 'move', [
    ['kernel', 'file', 'page cache'], ['c', 'thread pool', 'calls sendfile(2): sees no byte'], ['kernel', 'socket', 'send buffer'],
  ]],
];

/* Boxes from left to right, as wide as their number lets them be, and what the arrows between them do. */
function way(y, title, how, boxes) {
  const gap = boxes.length > 3 ? 36 : 50;
  const width = (700 - gap * (boxes.length - 1)) / boxes.length;
  const xOf = (i) => 20 + i * (width + gap);
  return [
    text(20, y - 10, title, 'title'),
    ...boxes.map(([kind, name, line], i) => box(xOf(i), y, width, kind, name, [line])),
    ...boxes.slice(1).flatMap((_, i) => [
      arrow([xOf(i) + width, y + 22], [xOf(i + 1), y + 22]),
      text(xOf(i) + width + gap / 2 - 2, y + 16, how, 'small middle'),
    ]),
  ];
}

function drawBytes() {
  return picture(740, 422, 'The way of bytes', [
    ...BYTES.flatMap((row, i) => way(40 + i * 92, ...row)),
    ...legend(20, 410, [['kernel', 'in the kernel'], ['c', 'cnet in C'], ['js', 'in JavaScript']]),
  ]);
}

/* --- the way of bytes with an I/O thread -------------------------------------------------------------------------- */

const COLUMNS = { width: 145, gap: 40 };
const columnX = (i) => 20 + i * (COLUMNS.width + COLUMNS.gap);

/* Each column: what it is, what it does with bytes that are read, and why it waits; then the same for writing. */
const STATIONS = [
  ['The kernel', [
    ['kernel', 'receive buffer', ['of the socket']], 'full: TCP stops the peer',
    ['kernel', 'send buffer', ['of the socket']], 'full: the peer is slow',
  ]],
  ['The I/O thread', [
    ['c', 'read(2)', ['into a note: its own', 'memory, at most 64 KiB']], 'reads no more',
    ['c', 'writev(2)', ['all notes that are there;', 'frees them afterwards']], 'waits for the kernel',
  ]],
  ['The mailboxes', [
    ['c', 'notes read', ['in their order; at most', '320 KiB for each socket']], '256 KiB wait',
    ['c', 'notes to write', ['in their order; at most', '320 KiB for each socket']], '256 KiB wait',
  ]],
  ["JavaScript's thread", [
    ['js', "'data'", ['copies into a Buffer,', 'and frees the note']], 'pause(), or it is slow',
    ['js', 'write()', ['copies into notes, and', 'returns at once']], "false, later 'drain'",
  ]],
];

/* Bytes go one way through the columns, and what makes them wait goes the other way below. */
function half(top, title, first, isRead) {
  const middle = (i) => columnX(i) + COLUMNS.width / 2;
  const between = [0, 1, 2].map((i) => [columnX(i) + COLUMNS.width, columnX(i + 1)]);
  const words = ['copy', 'hand over', 'copy'];
  const below = top + 84;
  return [
    text(20, top - 14, title, 'title'),
    ...STATIONS.map(([, parts], i) => box(columnX(i), top, COLUMNS.width, ...parts[first])),
    ...between.flatMap(([left, right], i) => [
      isRead ? arrow([left, top + 22], [right, top + 22]) : arrow([right, top + 22], [left, top + 22]),
      ...words[i].split(' ').map((word, line) =>
        text((left + right) / 2, top + (line === 0 ? 16 : 36), word, 'small middle')),
    ]),
    ...STATIONS.map(([, parts], i) => text(middle(i), below + 18, parts[first + 1], 'small middle')),
    isRead
      ? arrowOf('area', [[middle(3), below], [middle(0), below]])
      : arrowOf('area', [[middle(0), below], [middle(3), below]]),
  ];
}

function drawThreads() {
  return picture(740, 380, 'The way of bytes with an I/O thread', [
    ...STATIONS.map(([name], i) => text(columnX(i) + COLUMNS.width / 2, 26, name, 'title middle')),
    ...STATIONS.map((_, i) =>
      `<line x1="${columnX(i)}" y1="36" x2="${columnX(i) + COLUMNS.width}" y2="36" class="grid"/>`),
    ...half(78, 'Reading', 0, true),
    ...half(226, 'Writing', 2, false),
    ...legend(20, 366, [['kernel', 'in the kernel'], ['c', 'cnet in C'], ['js', 'in JavaScript']]),
    arrowOf('area', [[580, 362], [620, 362]]),
    text(626, 366, 'what makes it wait', 'small'),
  ]);
}

/** The pictures by their files. @returns {Map<string, string>} SVG */
const drawAll = () =>
  new Map([
    ['docs/connection.svg', drawLife()],
    ['docs/racing.svg', drawRacing()],
    ['docs/bytes.svg', drawBytes()],
    ['docs/io-threads.svg', drawThreads()],
  ]);

module.exports = { ANSWER_MS, DELAY_MS, LIMIT_MS, RACE, SERIAL, drawAll };

if (require.main === module) {
  tool(() => {
    for (const [file, svg] of drawAll()) fs.writeFileSync(path.join(ROOT, file), svg);
  });
}
