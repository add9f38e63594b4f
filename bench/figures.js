'use strict';
// figures.js: what was measured on several Nodes as tables in Markdown and as one picture.

/** Within this a ratio is as good as 1. */
const EQUAL = 0.03;

/** Of a ratio, what it means, and its colour in the picture. */
const COLOURS = { faster: '#0072b2', equal: '#999999', slower: '#d55e00' };

function meaning(ratio) {
  if (ratio > 1 + EQUAL) return 'faster';
  return ratio < 1 - EQUAL ? 'slower' : 'equal';
}

/* A row of bench/summary.js; of idle connections the memory is what they cost. */
function ofSocket({ scenario, toNode, cpuToNode, user, system, rss }) {
  const cost = rss ?? user + system;
  return {
    name: scenario,
    ratio: rss === undefined ? cpuToNode : toNode,
    rate: rss === undefined ? toNode : undefined,
    cost,
  };
}

/* A row of bench/apps/summary.js. */
const ofProgram = ({ scenario, side, driver, toNode, rateToNode, cpu }) =>
  ({ name: scenario, side, driver, ratio: toNode, rate: rateToNode, cost: cpu });

/**
 * What was measured on one Node, without what failed or was left out.
 * @param {{ sockets: object[], programs: object[] }} measured rows of both summaries
 */
function figuresOf({ sockets, programs }) {
  return [...sockets.filter(({ driver }) => driver === 'cnet').map(ofSocket), ...programs.map(ofProgram)]
    .filter(({ driver, ratio }) => driver !== 'node' && Number.isFinite(ratio));
}

/* `ws: server`, and where a scenario has rows with one entry of cnet and with another, with that too. */
function labelOf({ name, side, driver }, isAlone) {
  if (side === undefined) return name;
  return isAlone ? `${name}: ${side}` : `${name}: ${side}, ${driver}`;
}

/**
 * One row for each thing that was measured, in the order of `groups`, with what each Node came to.
 * @param {{ title: string, scenarios: { name: string, title: string, drivers?: string[] }[] }[]} groups
 * @param {{ node: string, sockets: object[], programs: object[] }[]} all
 * @returns {{ group: string, label: string, title: string, byNode: Record<string, object> }[]}
 */
function gather(groups, all) {
  const measured = all.map((one) => ({ node: one.node, figures: figuresOf(one) }));
  return groups.flatMap((group) => group.scenarios.flatMap((scenario) => {
    const rows = new Map();
    for (const { node, figures } of measured) {
      for (const figure of figures.filter(({ name }) => name === scenario.name)) {
        const label = labelOf(figure, (scenario.drivers ?? []).length < 2);
        if (!rows.has(label)) rows.set(label, { group: group.title, label, title: scenario.title, byNode: {} });
        rows.get(label).byNode[node] = figure;
      }
    }
    return [...rows.values()];
  }));
}

const fixed = (value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '');

const line = (cells) => `| ${cells.join(' | ')} |`;

/** Columns of a document. */
const WIDTH = 120;

/* Where the rows would be too wide, what they are is said below the table. */
function tableOf(title, rows, nodes) {
  const head = ['', 'CPU', 'rate', 'cost'].flatMap((what, i) =>
    i === 0 ? [title] : nodes.map((node) => `${what}, ${node}`),
  );
  const linesOf = (nameOf) => rows.map((row) => {
    const cells = (pick) => nodes.map((node) => (row.byNode[node] === undefined ? '' : pick(row.byNode[node])));
    return line([
      nameOf(row), ...cells(({ ratio }) => fixed(ratio)), ...cells(({ rate }) => fixed(rate)),
      ...cells(({ cost }) => fixed(cost, cost < 10 ? 1 : 0)),
    ]);
  });
  const begin = [line(head), line(head.map(() => '---'))];
  const whole = linesOf((row) => `\`${row.label}\`: ${row.title}`);
  if (whole.every((one) => one.length <= WIDTH)) return [...begin, ...whole].join('\n');
  const said = new Map(rows.map(({ label, title: what }) => [label.split(':')[0], what]));
  const list = [...said].map(([name, what]) => `- \`${name}\`: ${what}`);
  return [...begin, ...linesOf((row) => `\`${row.label}\``), '', ...list].join('\n');
}

/**
 * A table for each group.
 * @param {object[]} rows those of gather()
 * @param {string[]} nodes
 */
function tables(rows, nodes) {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return groups.map((group) => tableOf(group, rows.filter((row) => row.group === group), nodes)).join('\n\n');
}

/** How many figures are faster, equal and slower, as a sentence. @param {object[]} rows @param {string[]} nodes */
function sentence(rows, nodes) {
  const each = nodes.map((node) => {
    const meanings = rows
      .map(({ byNode }) => byNode[node])
      .filter((figure) => figure !== undefined)
      .map(({ ratio }) => meaning(ratio));
    const of = (wanted) => meanings.filter((one) => one === wanted).length;
    return `on ${node} ${of('faster')} rows faster, ${of('equal')} equal, ${of('slower')} slower`;
  });
  return (
    `The CPU time of \`node:net\` for an operation, divided by that of cnet (above 1: cnet is better; within 3 % it is equal): ` +
    `${each.join('; ')}.`
  );
}

/** Bars begin at 1, on a logarithmic axis: half and twice are as far from it. Longer bars are cut, numbers are not. */
const SHORTEST = 0.5;
const LONGEST = 3;
const TICKS = [0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 2.5, 3];
const BAR = 9;
const GAP = 6;

const bars = (rows, nodes) =>
  rows.flatMap(({ label, byNode }) =>
    nodes
      .filter((node) => byNode[node] !== undefined)
      .map((node) => {
        const { ratio } = byNode[node];
        return { row: label, node, ratio, meaning: meaning(ratio), text: `${fixed(ratio)}  ${node}` };
      }),
  );

function marks() {
  const place = { y: { scale: 'inner', field: 'node' }, height: { scale: 'inner', band: 1 } };
  const start = { scale: 'ratio', value: 1 };
  const end = { signal: `scale('ratio', clamp(datum.ratio, ${SHORTEST}, ${LONGEST}))` };
  const text = {
    y: { scale: 'inner', field: 'node', band: 0.5 },
    x: { ...end, offset: { signal: 'datum.ratio < 1 ? -4 : 4' } },
    align: { signal: "datum.ratio < 1 ? 'right' : 'left'" },
    text: { field: 'text' },
    baseline: { value: 'middle' },
    fontSize: { value: 8 },
    fill: { value: '#444444' },
  };
  const one = { x: start, y: { value: 0 }, y2: { signal: 'height' } };
  return [
    {
      type: 'group',
      from: { facet: { data: 'bars', name: 'pair', groupby: 'row' } },
      encode: { enter: { y: { scale: 'row', field: 'row' } } },
      signals: [{ name: 'height', update: "bandwidth('row')" }],
      scales: [{ name: 'inner', type: 'band', range: 'height', domain: { data: 'bars', field: 'node' } }],
      marks: [
        {
          type: 'rect',
          from: { data: 'pair' },
          encode: { enter: { ...place, x: start, x2: end, fill: { scale: 'colour', field: 'meaning' } } },
        },
        { type: 'text', from: { data: 'pair' }, encode: { enter: text } },
      ],
    },
    { type: 'rule', encode: { enter: { ...one, stroke: { value: '#000000' }, strokeWidth: { value: 1.5 } } } },
  ];
}

/**
 * The picture, as a specification of vega.
 * @param {object[]} rows those of gather()
 * @param {string[]} nodes
 */
function picture(rows, nodes) {
  const meanings = Object.keys(COLOURS);
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: 520,
    height: rows.length * (nodes.length * BAR + GAP),
    padding: 12,
    background: '#ffffff',
    title: {
      text: 'Where cnet is faster, equal, slower: CPU time of node:net / CPU time of cnet',
      subtitle: `As good as node:net = 1; more is better; for idle connections memory; ${nodes.join(', ')}`,
      anchor: 'start',
    },
    data: [{ name: 'bars', values: bars(rows, nodes) }],
    scales: [
      { name: 'row', type: 'band', range: 'height', paddingInner: 0.25, domain: { data: 'bars', field: 'row' } },
      { name: 'ratio', type: 'log', base: 2, range: 'width', domain: [SHORTEST, LONGEST] },
      { name: 'colour', type: 'ordinal', domain: meanings, range: meanings.map((name) => COLOURS[name]) },
    ],
    axes: [
      { orient: 'left', scale: 'row', labelLimit: 0, domain: false, ticks: false, labelPadding: 6, labelFontSize: 9 },
      { orient: 'bottom', scale: 'ratio', grid: true, values: TICKS, format: '.3~f' },
    ],
    legends: [{ fill: 'colour', orient: 'top', direction: 'horizontal' }],
    marks: marks(),
  };
}

module.exports = { gather, picture, sentence, tables };
