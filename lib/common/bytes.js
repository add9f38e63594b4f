'use strict';

/**
 * Bytes as the engine knows them. A program can give a Buffer properties of its own, or make a class of it with
 * getters, that say something else or run code: what is sent, counted and measured here never asks them.
 */

const { Buffer } = require('node:buffer');

/** The class of all Buffers: makes one over given memory without the checks of Buffer.from(). */
const FastBuffer = Buffer[Symbol.species];
const { hasOwn, getPrototypeOf } = Object;
const bufferPrototype = Buffer.prototype;
const uint8ArrayPrototype = Uint8Array.prototype;
const typedArrayPrototype = getPrototypeOf(uint8ArrayPrototype);

/** The getter of a prototype, as a function of the object. */
const getterOf = (prototype, name) =>
  Function.prototype.call.bind(Object.getOwnPropertyDescriptor(prototype, name).get);

const ofTypedArray = {
  buffer: getterOf(typedArrayPrototype, 'buffer'),
  byteOffset: getterOf(typedArrayPrototype, 'byteOffset'),
  byteLength: getterOf(typedArrayPrototype, 'byteLength'),
};

const ofDataView = {
  buffer: getterOf(DataView.prototype, 'buffer'),
  byteOffset: getterOf(DataView.prototype, 'byteOffset'),
  byteLength: getterOf(DataView.prototype, 'byteLength'),
};

const isTypedArray = (value) => {
  try {
    ofTypedArray.byteLength(value);
    return true;
  } catch {
    return false;
  }
};

/** How many bytes a typed array has. @param {NodeJS.TypedArray} array */
const sizeOf = ofTypedArray.byteLength;

/** A Buffer over the bytes of a typed array or a DataView. @param {NodeJS.ArrayBufferView} view */
function viewOf(view) {
  const { buffer, byteOffset, byteLength } = isTypedArray(view) ? ofTypedArray : ofDataView;
  return new FastBuffer(buffer(view), byteOffset(view), byteLength(view));
}

/**
 * Whether the `length` of a Uint8Array is that of the engine, as it is unless a program has done something about it.
 */
function isHonest(array) {
  const prototype = getPrototypeOf(array);
  return (prototype === bufferPrototype || prototype === uint8ArrayPrototype) && !hasOwn(array, 'length');
}

const setBytes = Function.prototype.call.bind(uint8ArrayPrototype.set);

/** Up to so many bytes a loop is faster than what the engine has. */
const FEW = 24;

/**
 * Copies bytes into others. Runs no code of the program's.
 * @param {Uint8Array} target has room for them
 * @param {Uint8Array} source
 * @param {number} length of `source` in bytes
 * @param {number} [at] where in `target`
 */
function copyBytes(target, source, length, at = 0) {
  if (length > FEW) setBytes(target, source, at);
  else for (let i = 0; i < length; i++) target[at + i] = source[i];
}

const codeAt = Function.prototype.call.bind(String.prototype.charCodeAt);

/**
 * Copies a text of ASCII into bytes. Runs no code of the program's.
 * @param {Uint8Array} target has room for as many bytes as the text has units
 * @param {string} text
 * @param {number} at where in `target`
 * @returns {boolean} false: it is not ASCII, and a part of it may have been copied
 */
function copyASCII(target, text, at) {
  for (let i = 0; i < text.length; i++) {
    const code = codeAt(text, i);
    if (code > 127) return false;
    target[at + i] = code;
  }
  return true;
}

module.exports = { FastBuffer, copyASCII, copyBytes, isHonest, sizeOf, viewOf };
