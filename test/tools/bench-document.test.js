'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { keepFigures, writeDocument } = require('../../bench/document.js');

const ROOT = path.join(__dirname, '..', '..');
const MARKS = '<!-- figures: npm run bench -- --document -->\nold\n<!-- end of the figures -->\n';

const groups = [
  {
    title: 'Sockets',
    scenarios: [
      { name: 'echo', title: 'Echo' },
      { name: 'idle', title: 'Idle' },
    ],
  },
  {
    title: 'Programs',
    scenarios: [
      { name: 'ws', title: 'Messages', drivers: ['register'] },
      { name: 'gone', title: 'Left out', drivers: ['register'] },
    ],
  },
];

/** What was measured on a Node. */
const figures = (node, ratio) => ({
  machine: { node, cpu: 'A CPU', cpus: 2, system: 'Linux', date: '2020-02-02T00:00:00.000Z' },
  settings: { runs: 9 },
  groups,
  sockets: [
    { scenario: 'echo', driver: 'node', toNode: 1, cpuToNode: 1, user: 4, system: 6 },
    { scenario: 'echo', driver: 'cnet', toNode: 1.1, cpuToNode: ratio, user: 2, system: 6 },
    { scenario: 'idle', driver: 'cnet', toNode: 1.5, rss: 2000 },
  ],
  programs: [
    { scenario: 'ws', side: 'server', driver: 'register', toNode: 0.5, rateToNode: 0.9, cpu: 20 },
    { scenario: 'gone', leftOut: 'a program' },
  ],
});

describe('npm run bench -- --document', () => {
  let into;
  let from;

  const read = (...names) => fs.readFileSync(path.join(into, ...names), 'utf8');

  beforeEach(async () => {
    into = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-document-'));
    from = path.join(into, 'figures');
    fs.mkdirSync(path.join(into, 'docs'));
    for (const file of ['README.md', path.join('docs', 'performance.md')])
      fs.writeFileSync(path.join(into, file), `before\n${MARKS}after\n`);
    keepFigures(figures('v26.1.0', 1.01), from);
    keepFigures(figures('v4.2.0', 1.25), from);
    await writeDocument({ from, into });
  });

  afterEach(() => fs.rmSync(into, { recursive: true }));

  it('has a row for each figure, with the Nodes in order', () => {
    assert.deepStrictEqual(read('docs', 'performance.md').split('\n').filter((line) => line.startsWith('| `')), [
      '| `echo`: Echo | 1.25 | 1.01 | 1.10 | 1.10 | 8.0 | 8.0 |',
      '| `idle`: Idle | 1.50 | 1.50 |  |  | 2000 | 2000 |',
      '| `ws: server`: Messages | 0.50 | 0.50 | 0.90 | 0.90 | 20 | 20 |',
    ]);
  });

  it('says below the table what the rows are, where they would be too wide', async () => {
    const title = `A scenario ${'with a long title '.repeat(6)}`.trim();
    const wide = structuredClone(figures('v26.1.0', 1.01));
    wide.groups[0].scenarios[0].title = title;
    keepFigures(wide, from);
    fs.rmSync(path.join(from, 'v4.2.0.json'));
    await writeDocument({ from, into });
    const text = read('docs', 'performance.md');
    assert.ok(text.replaceAll(/\s+/g, ' ').includes(` - \`echo\`: ${title} `) && text.includes('| `echo` | 1.01 |'), text);
    assert.ok(text.split('\n').every((line) => line.length <= 120));
  });

  it('keeps the scenarios that are not measured again', async () => {
    const sockets = [{ scenario: 'echo', driver: 'cnet', toNode: 1.1, cpuToNode: 3, user: 2, system: 6 }];
    keepFigures({ ...figures('v4.2.0', 1), sockets, programs: [] }, from);
    await writeDocument({ from, into });
    assert.deepStrictEqual(
      read('docs', 'performance.md').split('\n').filter((line) => line.startsWith('| `')).map((line) => line.split(' |', 2).join()),
      ['| `echo`: Echo, 3.00', '| `idle`: Idle, 1.50', '| `ws: server`: Messages, 0.50'],
    );
  });

  it('says how many are faster, equal and slower', () => {
    assert.match(
      read('README.md').replaceAll('\n', ' '),
      /on Node 4 2 rows faster, 0 equal, 1 slower; on Node 26 1 rows faster, 1 equal, 1 slower/,
    );
  });

  it('leaves what is around it', () => {
    const text = read('README.md');
    assert.deepStrictEqual(
      [text.startsWith('before\n'), text.endsWith('\nafter\n'), text.includes('old')],
      [true, true, false],
    );
  });

  it('draws a bar for each figure', () => {
    const svg = read('docs', 'figures.svg');
    assert.deepStrictEqual(
      ['1.25', '1.01', '1.50', '0.50'].map((number) => svg.split(`>${number} `).length - 1),
      [1, 1, 2, 2],
    );
  });

  it('writes the same again', async () => {
    const before = read('docs', 'performance.md');
    await writeDocument({ from, into });
    assert.strictEqual(read('docs', 'performance.md'), before);
  });

  for (const file of ['README.md', path.join('docs', 'performance.md')]) {
    it(`${file} has a place for it`, () => {
      assert.match(
        fs.readFileSync(path.join(ROOT, file), 'utf8'),
        /<!-- figures: npm run bench -- --document -->[^]*<!-- end of the figures -->/,
      );
    });
  }
});
