'use strict';
// plot.js: the ratios to node:net as an SVG bar chart, by vega.

const COLOURS = { cnet: '#0072b2', epoll: '#999999', bun: '#d55e00', deno: '#009e73', 'turbo-net': '#cc79a7' };

/** Bars longer than this are cut, and say so by their number. */
const LONGEST = 4;

/* node:net itself is the line at 1. */
function bars(scenarios, summary) {
  const titles = new Map(scenarios.map(({ name, title }) => [name, title]));
  return summary
    .filter(({ driver, toNode }) => driver !== 'node' && Number.isFinite(toNode))
    .map(({ scenario, driver, toNode }) => ({ scenario: titles.get(scenario), driver, ratio: toNode }));
}

const BAR_HEIGHT = 12;

function marks() {
  const place = {
    y: { scale: 'inner', field: 'driver' },
    height: { scale: 'inner', band: 1 },
  };
  const end = { signal: `scale('ratio', min(datum.ratio, ${LONGEST}))` };
  const label = {
    y: { scale: 'inner', field: 'driver', band: 0.5 },
    x: { ...end, offset: 4 },
    text: { signal: "format(datum.ratio, datum.ratio < 10 ? '.2f' : ',.0f')" },
    baseline: { value: 'middle' },
    fontSize: { value: 9 },
  };
  const group = {
    type: 'group',
    from: { facet: { data: 'bars', name: 'group', groupby: 'scenario' } },
    encode: { enter: { y: { scale: 'scenario', field: 'scenario' } } },
    signals: [{ name: 'height', update: "bandwidth('scenario')" }],
    scales: [{ name: 'inner', type: 'band', range: 'height', domain: { data: 'bars', field: 'driver' } }],
    marks: [
      {
        type: 'rect',
        from: { data: 'group' },
        encode: { enter: { ...place, x: { value: 0 }, x2: end, fill: { scale: 'colour', field: 'driver' } } },
      },
      { type: 'text', from: { data: 'group' }, encode: { enter: label } },
    ],
  };
  const one = { x: { scale: 'ratio', value: 1 }, y: { value: 0 }, y2: { signal: 'height' } };
  return [
    group,
    { type: 'rule', encode: { enter: { ...one, stroke: { value: '#000000' }, strokeWidth: { value: 1.5 } } } },
  ];
}

function chart(values, machine) {
  const used = [...new Set(values.map(({ driver }) => driver))];
  const groups = new Set(values.map(({ scenario }) => scenario)).size;
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: 560,
    height: groups * (used.length * BAR_HEIGHT + 8),
    padding: 12,
    background: '#ffffff',
    title: {
      text: `As good as node:net = 1; more is better (${machine.node})`,
      subtitle: 'Messages or calls per second; for idle connections: memory of node:net divided by memory',
      anchor: 'start',
    },
    data: [{ name: 'bars', values }],
    scales: [
      {
        name: 'scenario',
        type: 'band',
        range: 'height',
        paddingInner: 0.2,
        domain: { data: 'bars', field: 'scenario' },
      },
      { name: 'ratio', type: 'linear', range: 'width', domain: [0, LONGEST] },
      { name: 'colour', type: 'ordinal', domain: used, range: used.map((name) => COLOURS[name] ?? '#000000') },
    ],
    axes: [
      { orient: 'left', scale: 'scenario', labelLimit: 0, domain: false, ticks: false, labelPadding: 6 },
      { orient: 'bottom', scale: 'ratio', grid: true, tickCount: 8 },
    ],
    legends: [{ fill: 'colour', orient: 'top', direction: 'horizontal' }],
    marks: marks(),
  };
}

/** Draws a specification of vega. @param {object} specification @returns {Promise<string>} */
async function toSVG(specification) {
  const vega = await import('vega');
  return new vega.View(vega.parse(specification), { renderer: 'none' }).toSVG();
}

/**
 * @param {object[]} scenarios
 * @param {object[]} summary the rows of all of them
 * @param {{ node: string }} machine
 * @returns {Promise<string>} SVG
 */
const plot = (scenarios, summary, machine) => toSVG(chart(bars(scenarios, summary), machine));

module.exports = { plot, toSVG };
