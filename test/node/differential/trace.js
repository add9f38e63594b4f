'use strict';

const path = require('node:path');

const { show } = require('../../support/show');

/**
 * One actor's lines, in the order in which they happened. Chunks of data that follow each other are one line, for
 * how the kernel cuts a stream into chunks is nobody's promise.
 */
class Lane {
  constructor(trace) {
    this.trace = trace;
    this.lines = [];
    this.chunks = [];
  }

  /** Appends a line: a label and the values that belong to it. */
  log(label, ...values) {
    this.flush();
    if (this.trace.sealed) return;
    this.lines.push([label, ...values.map((value) => show(value, this.trace.names))].join(' '));
  }

  /** Appends received data. */
  data(chunk) {
    if (this.chunks.length > 0 && typeof this.chunks[0] !== typeof chunk) this.flush();
    this.chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk));
  }

  flush() {
    if (this.chunks.length === 0 || this.trace.sealed) return;
    const chunks = this.chunks;
    this.chunks = [];
    const whole = typeof chunks[0] === 'string' ? chunks.join('') : Buffer.concat(chunks);
    this.lines.push(`data ${show(whole, this.trace.names)}`);
  }
}

/**
 * All lanes of one run of one scenario.
 */
/** The directory of a run becomes TMP, and so does on Windows what stands for it in the name of a pipe. */
function withoutPlace(line, dir) {
  const shown = JSON.stringify(dir).slice(1, -1);
  const pipe = `\\\\.\\pipe\\${path.basename(dir)}-`;
  const names = [[dir, 'TMP'], [shown, 'TMP'], [pipe, 'TMP/'], [JSON.stringify(pipe).slice(1, -1), 'TMP/']];
  return names.reduce((text, [name, short]) => text.split(name).join(short), line);
}

class Trace {
  constructor() {
    this.lanes = new Map();
    this.names = new Map();
    this.sealed = false;
  }

  lane(name) {
    if (!this.lanes.has(name)) this.lanes.set(name, new Lane(this));
    return this.lanes.get(name);
  }

  /** Nothing that happens from here on belongs to the trace. */
  seal() {
    for (const lane of this.lanes.values()) lane.flush();
    this.sealed = true;
  }

  /**
   * The lanes as plain text. Ephemeral ports become P1, P2… by their first appearance, going through the lanes in the
   * order of their names; so the same port has the same name in each lane. The directory becomes TMP.
   * @param {string} dir the run's directory for Unix sockets
   * @returns {Object<string, string[]>}
   */
  render(dir) {
    const ports = new Map();
    const name = (digits) => {
      if (digits < 32768 || digits >= 65535) return digits;
      if (!ports.has(digits)) ports.set(digits, `P${ports.size + 1}`);
      return ports.get(digits);
    };
    const lanes = {};
    for (const key of [...this.lanes.keys()].sort()) {
      lanes[key] = this.lanes.get(key).lines
        .map((line) => withoutPlace(line, dir).replace(/\b\d{5}\b/g, name));
    }
    return lanes;
  }
}

module.exports = { Trace };
