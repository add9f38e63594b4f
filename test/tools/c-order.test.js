'use strict';

const assert = require('node:assert');

const { circlesOf, complaints, needsOf, systemHeaders } = require('../../tools/c-order.js');
const { works } = require('../../tools/run.js');

const graph = (table) => new Map(Object.entries(table).map(([file, needs]) => [file, new Set(needs)]));

describe('the files of src/', () => {
  it('include their own header first, have no name of the system, and need each other in circles of two at most', function test() {
    if (!works('nm')) this.skip();
    let found;
    try {
      found = complaints();
    } catch (error) { // it was not built here
      if (!/^missing: object files/.test(error.message)) throw error;
      this.skip();
    }
    assert.deepStrictEqual(found, []);
  });
});

describe('tools/c-order.js', () => {
  it('finds each circle once, also one by way of others', () => {
    const needs = graph({ a: ['b'], b: ['c'], c: ['a', 'd'], d: ['e'], e: ['d'], f: ['a'] });
    assert.deepStrictEqual(circlesOf(needs), [['a', 'b', 'c'], ['d', 'e']]);
  });

  it('knows the headers that the system has too', function test() {
    if (!works('cc')) this.skip();
    assert.deepStrictEqual(systemHeaders(['no_such_header.h', 'string.h']), ['string.h']);
  });

  it('takes for a need what a file uses and another one defines', () => {
    const symbols = new Map([
      ['a.c', { defined: ['one'], used: ['two', 'malloc'] }],
      ['b.c', { defined: ['two'], used: ['two'] }],
    ]);
    assert.deepStrictEqual(needsOf(symbols), graph({ 'a.c': ['b.c'], 'b.c': [] }));
  });
});
