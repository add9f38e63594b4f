'use strict';

/**
 * Numbered bytes. A stream has a number, and each word of four bytes of it says whose it is and where it stands: a
 * byte that is lost, repeated, moved, changed, or of another stream is seen, and where.
 */

const HEAD = 8; // bytes that tell the number and the length
const LONGEST = 16 * 1024 * 1024;

/** Each so many chunks, one is kept until the end, and must not have changed then. */
const KEPT = 7;

/**
 * @param {number} number of the stream
 * @param {number} length in bytes, at least 8
 * @returns {Buffer}
 */
function content(number, length) {
  const words = new Uint32Array(Math.ceil(length / 4));
  const key = Math.imul(number, 0x9e3779b1);
  for (let i = 2; i < words.length; i++) words[i] = key ^ i;
  words[0] = number;
  words[1] = length;
  return Buffer.from(words.buffer, 0, length);
}

/** Compares what comes of a stream with what was sent. */
class Collector {
  /** @param {Buffer} [prefix] what comes before the stream */
  constructor(prefix = Buffer.alloc(0)) {
    this.prefix = prefix;
    this.expected = null; // prefix and stream, once the head is there
    this.head = Buffer.alloc(0);
    this.number = undefined;
    this.length = undefined;
    this.position = 0;
    this.problem = null; // the first thing that was wrong
    this.kept = [];
    this.chunks = 0;
    this.texts = null;
    this.complete = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  fail(text) {
    this.problem ??= text;
    this.settle();
  }

  get isComplete() {
    return this.expected !== null && this.position >= this.expected.length;
  }

  /** Reads number and length, once they are there. */
  readHead(chunk) {
    this.head = Buffer.concat([this.head, chunk]);
    const { length: begin } = this.prefix;
    if (this.head.length < begin + HEAD) return;
    const [number, length] = new Uint32Array(Uint8Array.from(this.head.subarray(begin, begin + HEAD)).buffer);
    if (length < HEAD || length > LONGEST) {
      this.fail(`it begins with ${this.head.subarray(0, 64).toString('hex')}, which is the head of no stream`);
      return;
    }
    Object.assign(this, { number, length, expected: Buffer.concat([this.prefix, content(number, length)]) });
    this.position = 0;
    this.compare(this.head);
  }

  compare(chunk) {
    const { expected, position } = this;
    const end = position + chunk.length;
    if (end > expected.length)
      this.fail(`${end - expected.length} bytes more than the ${expected.length} of stream ${this.number}`);
    else if (expected.compare(chunk, 0, chunk.length, position, end) !== 0) {
      let at = 0;
      while (chunk[at] === expected[position + at]) at++;
      this.fail(
        `stream ${this.number} is wrong from byte ${position + at} of ${expected.length} on: ` +
          `${Buffer.from(chunk.subarray(at, at + 16)).toString('hex')}, not ` +
          `${expected.subarray(position + at, position + at + 16).toString('hex')}`,
      );
    }
    this.position = end;
    if (end === expected.length) this.settle();
  }

  /**
   * @param {Uint8Array | string} chunk
   * @param {string | null} [encoding] of a text
   * @param {boolean} [isLent] its memory is good for this call only
   */
  take(chunk, encoding = null, isLent = false) {
    if (this.problem !== null) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    if (!isLent && bytes.length > 0 && this.chunks++ % KEPT === 0) this.kept.push([this.received, bytes]);
    if (this.expected === null) this.readHead(bytes);
    else this.compare(bytes);
  }

  get received() {
    return this.expected === null ? this.head.length : this.position;
  }

  /** At the end: all has come, and what was kept is what it was. */
  check() {
    if (!this.isComplete)
      this.fail(`only ${this.received} of ${this.expected?.length ?? 'unknown many'} bytes have come`);
    for (const [at, bytes] of this.kept) {
      if (this.problem !== null) return;
      if (this.expected.compare(bytes, 0, bytes.length, at, at + bytes.length) !== 0) {
        this.fail(`a chunk of stream ${this.number} that was kept, from byte ${at} on, has changed`);
      }
    }
  }
}

module.exports = { Collector, content };
