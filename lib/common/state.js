'use strict';

/**
 * How a class declares the internal state of its objects: each piece once, by name, with its first value and how long
 * it lasts. A name like `kHandle` becomes a symbol; any other is a property that Node has too, under that name.
 */

const SYMBOL_NAME = /^k[A-Z]/;

const OBJECT = 'object';
const PROTOTYPE = 'prototype';
const ABSENT = 'absent';

/**
 * @typedef {{ first: any, lasts: string | undefined, home: string }} Piece
 * @typedef {{ key: string | symbol } & Piece} Entry
 */

/** A piece that each object has from its construction on. @returns {Piece} */
const own = (first, lasts = undefined) => ({ first, lasts, home: OBJECT });

/** A piece in which few objects have anything: it is on the prototype, and costs others nothing. @returns {Piece} */
const rare = (first, lasts = undefined) => ({ first, lasts, home: PROTOTYPE });

/** A piece that is absent at first, as programs can see whether it is there. @returns {Piece} */
const absent = (lasts = undefined) => ({ first: undefined, lasts, home: ABSENT });

/** Gives a piece its first value, where it has another one. */
function resetPiece(object, { key, first, home }) {
  if (home === ABSENT && !Object.hasOwn(object, key)) return;
  if (object[key] !== first) object[key] = first;
}

/** The state of the objects of a class. */
class State {
  /** @type {Record<string, symbol>} the symbols by their names */
  symbols = {};
  /** @type {Entry[]} */
  #entries;

  /**
   * @param {Record<string, Piece>} pieces
   * @param {Record<string, symbol>} shared symbols of pieces that other rooms know too
   */
  constructor(pieces, shared) {
    this.#entries = Object.entries(pieces).map(([name, piece]) => {
      const key = SYMBOL_NAME.test(name) ? (shared[name] ?? Symbol(name)) : name;
      if (typeof key === 'symbol') this.symbols[name] = key;
      return { key, first: piece.first, lasts: piece.lasts, home: piece.home };
    });
    /** The first values of what each object has from its construction on. */
    this.first = this.#firstOf(OBJECT);
    /** The properties of the prototype. */
    this.rare = this.#firstOf(PROTOTYPE);
    /** Every name and symbol that is declared. @type {Set<string | symbol>} */
    this.keys = new Set(this.#entries.map(({ key }) => key));
  }

  #firstOf(home) {
    const entries = this.#entries.filter((entry) => entry.home === home);
    return Object.fromEntries(entries.map(({ key, first }) => [key, first]));
  }

  /** @returns {(string | symbol)[]} the keys of the pieces that last so long */
  lasting(lasts) {
    return this.#entries.filter((entry) => entry.lasts === lasts).map(({ key }) => key);
  }

  /** @returns {(object: object) => void} gives an object the first values of the pieces that last so long */
  resetter(lasts) {
    const entries = this.#entries.filter((entry) => entry.lasts === lasts);
    return (object) => {
      for (const entry of entries) resetPiece(object, entry);
    };
  }
}

module.exports = { State, absent, own, rare };
