'use strict';

/** Checks of arguments: each throws Node's error, or returns nothing (validatePort: the port). */

const { codes, invalidArgType, invalidArgValue, outOfRange } = require('./errors');

/** @throws ERR_INVALID_ARG_TYPE */
function validateString(value, name) {
  if (typeof value !== 'string') throw invalidArgType(name, 'string', value);
}

/** @throws ERR_INVALID_ARG_TYPE */
function validateBoolean(value, name) {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'boolean', value);
}

/** @throws ERR_INVALID_ARG_TYPE */
function validateFunction(value, name) {
  if (typeof value !== 'function') throw invalidArgType(name, 'Function', value);
}

/**
 * A number, within `min` and `max` where they are given.
 * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE
 */
function validateNumber(value, name, min = undefined, max = undefined) {
  if (typeof value !== 'number') throw invalidArgType(name, 'number', value);
  const low = min !== undefined && min !== null;
  const high = max !== undefined && max !== null;
  if ((!low && !high) || ((!low || value >= min) && (!high || value <= max))) return;
  throw outOfRange(name, `${low ? `>= ${min}` : ''}${low && high ? ' && ' : ''}${high ? `<= ${max}` : ''}`, value);
}

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
function validateInteger(value, name, min, max) {
  if (typeof value !== 'number') throw invalidArgType(name, 'number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
function validateInt32(value, name, min = -2147483648, max = 2147483647) {
  validateInteger(value, name, min, max);
}

/**
 * @param {boolean} [positive] zero is refused
 * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE
 */
function validateUint32(value, name, positive = false) {
  validateInteger(value, name, positive ? 1 : 0, 4294967295);
}

/**
 * A port: a number, or a string that reads as one ('80', ' 80 ', '0x50').
 * @returns {number}
 * @throws ERR_SOCKET_BAD_PORT
 */
function validatePort(port, name = 'Port', allowZero = true) {
  const typed = typeof port === 'number' || (typeof port === 'string' && port.trim() !== '');
  const number = typed ? Number(port) : NaN;

  if (!Number.isInteger(number) || number < 0 || number > 65535 || (number === 0 && !allowZero))
    throw new codes.ERR_SOCKET_BAD_PORT(name, port, allowZero);
  return number + 0; // -0 is 0
}

/**
 * An object: no array, no function, not null, unless the options allow it.
 * @param {{ nullable?: boolean, allowArray?: boolean, allowFunction?: boolean }} [options]
 * @throws ERR_INVALID_ARG_TYPE
 */
function validateObject(value, name, { nullable = false, allowArray = false, allowFunction = false } = {}) {
  const valid =
    value === null
      ? nullable
      : typeof value === 'function'
        ? allowFunction
        : typeof value === 'object' && (allowArray || !Array.isArray(value));

  if (!valid) throw invalidArgType(name, 'Object', value);
}

/** An AbortSignal, or what has its `aborted`; undefined is allowed. */
function validateAbortSignal(signal, name) {
  if (signal === undefined) return;
  if (signal === null || typeof signal !== 'object' || !('aborted' in signal))
    throw invalidArgType(name, 'AbortSignal', signal);
}

/** @throws ERR_INVALID_ARG_VALUE */
function validateOneOf(value, name, oneOf) {
  if (oneOf.includes(value)) return;
  const allowed = oneOf.map((one) => (typeof one === 'string' ? `'${one}'` : String(one))).join(', ');
  throw invalidArgValue(name, value, `must be one of: ${allowed}`);
}

module.exports = {
  validateAbortSignal,
  validateBoolean,
  validateFunction,
  validateInt32,
  validateInteger,
  validateNumber,
  validateObject,
  validateOneOf,
  validatePort,
  validateString,
  validateUint32,
};
