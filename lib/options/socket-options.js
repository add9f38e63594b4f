'use strict';

/**
 * Socket options by name, as in socket(7), tcp(7), ip(7), ipv6(7) and Winsock: getOption(), setOption(), and the option
 * `socketOptions` of connect() and listen(). The names are in src/core/socket_options.c.
 */

const native = require('../native/binding');
const { codes, errnoException, invalidArgType, invalidArgValue } = require('../common/errors');
const { Handle, Pipe } = require('../native/handle');
const { nearest } = require('../common/nearest');
const { askSystem, callError } = require('./no-socket');
const uv = require('../native/uv');
const { validateInt32, validateObject, validateString, validateUint32 } = require('../common/validate');

/* What a value is, and how long the longest one. */
const {
  LIMIT: { OPTION_BYTES: LONGEST_VALUE }, OPTION: { FLAG, INT, LINGER, LINGER16, TEXT, UINT, UINT64 },
} = require('../native/constants');

/** Room for a value, in bytes. */
const ROOM = { [FLAG]: 4, [INT]: 4, [UINT]: 4, [TEXT]: 256, [LINGER]: 8, [LINGER16]: 4, [UINT64]: 8 };

/** Longer texts Linux would cut to this many bytes: IFNAMSIZ, TCP_CA_NAME_MAX, TCP_ULP_NAME_MAX. */
const LONGEST_TEXT = 15;

/** Bytes that getOption(level, option) has room for, unless told. */
const DEFAULT_LENGTH = 256;

/**
 * @typedef {{ name: string, level: number, number: number, type: number }} Option `name`: for the message of an error
 * @typedef {Option & { bytes: Uint8Array }} Setting
 */

/** @type {Map<string, Option>} those that were asked for before */
const known = new Map();

/** @returns {Option} @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM */
function findOption(name) {
  const found = known.get(name);
  if (found !== undefined) return found;
  validateString(name, 'name');
  const option = { name, level: 0, number: 0, type: 0 };
  option.type = native.findOption(name, option);
  if (option.type === uv.ENOTSUP) throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM(name);
  if (option.type < 0) {
    const meant = nearest(name, native.optionNames());
    throw invalidArgValue(
      'name',
      name,
      `must be the name of a socket option${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    );
  }
  known.set(name, option);
  return option;
}

/** An option by its numbers. */
function rawOption(level, number) {
  validateInt32(level, 'level', 0);
  validateInt32(number, 'option', 0);
  return { name: `${level}:${number}`, level, number, type: INT };
}

/* --- values ------------------------------------------------------------------------------------------------------ */

const bytesOf = (typed) => new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);

function textBytes(value, name) {
  validateString(value, name);
  const bytes = Buffer.from(value);
  if (bytes.length > LONGEST_TEXT || bytes.includes(0)) {
    throw invalidArgValue(name, value, `must be at most ${LONGEST_TEXT} bytes, none of them zero`);
  }
  return bytes;
}

/** The struct linger of a system: two numbers, and how large the second may be. */
const LINGERS = {
  [LINGER]: { Numbers: Int32Array, max: 2 ** 31 - 1 },
  [LINGER16]: { Numbers: Uint16Array, max: 2 ** 16 - 1 },
};

/** A number of seconds, or `{ onoff, linger }`. */
function lingerBytes(type, value, name) {
  const { Numbers, max } = LINGERS[type];
  if (typeof value !== 'number') validateObject(value, name);
  const { onoff = true, linger = 0 } = typeof value === 'number' ? { linger: value } : value;
  validateInt32(linger, typeof value === 'number' ? name : `${name}.linger`, 0, max);
  return bytesOf(Numbers.of(onoff ? 1 : 0, linger));
}

/** The bytes of a value. @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE */
function encode({ name: option, type }, value, name) {
  switch (type) {
    case TEXT:
      return textBytes(value, name);
    case LINGER:
    case LINGER16:
      return lingerBytes(type, value, name);
    case FLAG:
      if (typeof value !== 'boolean' && typeof value !== 'number')
        throw invalidArgType(name, ['boolean', 'number'], value);
      if (typeof value === 'number') validateInt32(value, name);
      return bytesOf(Int32Array.of(Number(value)));
    case INT:
      validateInt32(value, name);
      return bytesOf(Int32Array.of(value));
    case UINT:
      validateUint32(value, name);
      return bytesOf(Uint32Array.of(value));
    default:
      throw invalidArgValue('name', option, 'must be an option that can be set');
  }
}

/** The value that the first `length` bytes of `memory` are. */
function decode({ type }, memory, length) {
  switch (type) {
    case TEXT: {
      const text = Buffer.from(memory, 0, length);
      const end = text.indexOf(0);
      return text.toString('utf8', 0, end < 0 ? length : end);
    }
    case LINGER:
    case LINGER16: {
      const [onoff, linger] = new LINGERS[type].Numbers(memory);
      return { onoff: onoff !== 0, linger };
    }
    case UINT64:
      return new BigUint64Array(memory)[0];
    case FLAG:
      return new Int32Array(memory)[0] !== 0;
    case UINT:
      return new Uint32Array(memory)[0];
    default:
      return new Int32Array(memory)[0];
  }
}

/* --- getting and setting ------------------------------------------------------------------------------------------ */

/** What the message says of an option: one of TCP or IP has met a Unix socket. */
function optionText(err, option, handle) {
  const isStrange = err === uv.ENOTSUP && handle instanceof Pipe && /^(TCP|IPV?6?)_/.test(option);
  return isStrange ? `${option} is for TCP sockets only, and this is a Unix socket` : option;
}

/**
 * @param {object | null} [owner] the Socket or Server that was asked: without a socket of the system's the error says
 *   why
 * @param {Handle | null} [handle]
 */
function optionError(err, syscall, option, owner = null, handle = owner === null ? null : owner._handle) {
  const text = optionText(err, option, handle);
  const error = owner === null ? errnoException(err, syscall, text) : callError(owner, err, syscall, text);
  error.option = option;
  return error;
}

/** The number of the stream, -1 where there is no socket in this process: EBADF. */
const idOf = (handle) => (handle instanceof Handle ? handle.id : -1);

/** The arguments of setOption(). @returns {Setting} */
function readSetting(args, valueName = 'value') {
  if (typeof args[0] !== 'number') {
    const option = findOption(args[0]);
    return { ...option, bytes: encode(option, args[1], valueName) };
  }
  const [level, number, bytes] = args;
  const option = rawOption(level, number);
  if (!ArrayBuffer.isView(bytes)) throw invalidArgType(valueName, ['Buffer', 'TypedArray', 'DataView'], bytes);
  return { ...option, bytes: bytesOf(bytes) };
}

/** The methods of both Socket and Server. */
const methods = {
  /**
   * What a socket option is now. Not in Node.
   * @param {string | number} name such as 'SO_RCVBUF'; or the number of a level, `option` that of the option, and the
   *   result a Buffer
   * @param {number} [option]
   * @param {number} [length] of the Buffer, in bytes: 1 to 65536
   * @returns {boolean | number | bigint | string | { onoff: boolean, linger: number } | Buffer}
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM; the
   *   errors of getsockopt(2)
   */
  getOption(name, option, length = DEFAULT_LENGTH) {
    const isRaw = typeof name === 'number';
    const wanted = isRaw ? rawOption(name, option) : findOption(name);
    if (isRaw) validateInt32(length, 'length', 1, LONGEST_VALUE);
    const memory = new ArrayBuffer(isRaw ? length : ROOM[wanted.type]);
    const got = askSystem(this, (handle) =>
      native.getOption(idOf(handle), wanted.level, wanted.number, new Uint8Array(memory)),
    );

    if (got < 0) throw optionError(got, 'getsockopt', wanted.name, this);
    return isRaw ? Buffer.from(memory, 0, got) : decode(wanted, memory, got);
  },

  /**
   * Sets a socket option. Not in Node.
   * @param {...any} args (name, value), or (level, number of the option, Buffer)
   * @returns {this}
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM; the
   *   errors of setsockopt(2)
   */
  setOption(...args) {
    const { name, level, number, bytes } = readSetting(args);
    const err = askSystem(this, (handle) => native.setOption(idOf(handle), level, number, bytes));

    if (err) throw optionError(err, 'setsockopt', name, this);
    return this;
  },
};

/* --- the option `socketOptions` ----------------------------------------------------------------------------------- */

/**
 * The option `socketOptions`: an object of names and values, or a list of the arguments of setOption().
 * @returns {Setting[] | null} null: none are given
 */
function socketOptionsOption({ socketOptions }) {
  if (socketOptions === undefined || socketOptions === null) return null;
  validateObject(socketOptions, 'options.socketOptions', { allowArray: true });
  const list = Array.isArray(socketOptions) ? socketOptions : Object.entries(socketOptions);
  if (list.length === 0) return null;
  return list.map((args, i) => {
    if (!Array.isArray(args)) throw invalidArgType(`options.socketOptions[${i}]`, 'Array', args);
    return readSetting(args, `options.socketOptions.${args[0]}`);
  });
}

/** What bind(2) by libuv sets itself, whatever it was before. */
const OF_BIND = ['IPV6_V6ONLY', 'SO_REUSEADDR'];

/** As socketOptionsOption(), for listen(). */
function listenOptionsOption(options) {
  const settings = socketOptionsOption(options);
  const refused = settings?.find(({ name }) => OF_BIND.includes(name));
  if (refused === undefined) return settings;
  throw invalidArgValue(
    'options.socketOptions',
    options.socketOptions,
    `must not have ${refused.name}, which listen() sets by itself`,
  );
}

/**
 * The settings as src/core/option_list.c reads them: level, number, length, and the value, each a multiple of 4 bytes.
 * @param {Setting[] | null} settings
 * @returns {Uint8Array | undefined}
 */
function pack(settings) {
  if (settings === null) return undefined;
  const words = settings.map(({ bytes }) => 3 + Math.ceil(bytes.length / 4));
  const packed = new Int32Array(words.reduce((sum, count) => sum + count, 0));
  let at = 0;
  settings.forEach(({ level, number, bytes }, i) => {
    packed.set([level, number, bytes.length], at);
    new Uint8Array(packed.buffer).set(bytes, (at + 3) * 4);
    at += words[i];
  });
  return new Uint8Array(packed.buffer);
}

/** Makes the descriptor of a handle that has none yet. @returns {number} 0 or a negative code */
function makeSocket(handle, family, multipath = false) {
  return native.makeSocket(idOf(handle), family, multipath);
}

/** @param {Setting[]} settings @returns {Error | null} that of the first one that could not be set */
function setAll(handle, settings) {
  for (const { name, level, number, bytes } of settings) {
    const err = native.setOption(idOf(handle), level, number, bytes);
    if (err) return optionError(err, 'setsockopt', name, null, handle);
  }
  return null;
}

module.exports = {
  findOption,
  listenOptionsOption,
  makeSocket,
  methods,
  optionError,
  pack,
  setAll,
  socketOptionsOption,
};
