'use strict';

const crypto = require('crypto');

const LONG_TEXT = 400;
const LONG_BYTES = 120;

function digest(data) {
  return crypto.createHash('sha1').update(data).digest('hex').slice(0, 10);
}

function showString(text) {
  return text.length <= LONG_TEXT ? JSON.stringify(text) : `<string ${text.length} #${digest(text)}>`;
}

function showBytes(bytes, kind) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('latin1');
  const readable = buffer.length <= LONG_BYTES && /^[\x20-\x7e\n]*$/.test(text);
  return `<${kind} ${buffer.length} ${readable ? JSON.stringify(text) : '#' + digest(buffer)}>`;
}

/**
 * An error in full: class, message and every own property; the first line of the stack where it says something else.
 */
function showError(error, names, depth) {
  const own = [];
  for (const key of Object.keys(error)) {
    if (key !== 'message' && key !== 'stack' && !key.startsWith('domain')) {
      own.push(`${key}: ${show(error[key], names, depth + 1)}`);
    }
  }
  for (const key of ['cause', 'errors', 'code']) {
    if (Object.hasOwn(error, key) && !Object.keys(error).includes(key)) {
      own.push(`(${key}): ${show(error[key], names, depth + 1)}`);
    }
  }
  const kind = error.constructor?.name === error.name ? error.name : `${error.constructor?.name}/${error.name}`;
  const first = String(error.stack).split('\n')[0];
  const plain = [error.name, `${error.name}: ${error.message}`, 'Error', `Error: ${error.message}`];
  if (!plain.includes(first) && !String(error.message).includes('\n')) own.push(`stack: ${showString(first)}`);
  return `${kind}(${showString(String(error.message))})${own.length ? ` { ${own.join(', ')} }` : ''}`;
}

function showObject(value, names, depth) {
  if (depth > 4) return '…';
  if (Array.isArray(value)) return `[${value.map((item) => show(item, names, depth + 1)).join(', ')}]`;
  const prototype = Object.getPrototypeOf(value);
  const plain = prototype === null || prototype === Object.prototype;
  if (!plain) return `[${value.constructor?.name}]`;
  const parts = Object.keys(value).map((key) => `${key}: ${show(value[key], names, depth + 1)}`);
  return `{${parts.length ? ` ${parts.join(', ')} ` : ''}}`;
}

/**
 * A value as one line of text that does not depend on the run: known objects by their name, bytes as text or as a
 * length with a digest, errors with all of their properties.
 * @param {*} value
 * @param {Map<object, string>} [names] the names of known objects
 * @returns {string}
 */
function show(value, names = new Map(), depth = 0) {
  if (typeof value === 'string') return showString(value);
  if (typeof value === 'symbol') return String(value);
  if (Object.is(value, -0)) return '-0';
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return String(value);
  if (names.has(value)) return `<${names.get(value)}>`;
  if (typeof value === 'function') return '[Function]';
  if (Buffer.isBuffer(value)) return showBytes(value, 'Buffer');
  if (value instanceof Uint8Array) return showBytes(value, 'Uint8Array');
  if (value instanceof Error) return showError(value, names, depth);
  return showObject(value, names, depth);
}

module.exports = { show };
