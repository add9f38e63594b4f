'use strict';

/**
 * Node's own net as it was when cnet was loaded. What asks for it later, by require('node:net'), gets what a program
 * has put in the place of a class or a function, with cnet/register also what it has put into cnet's
 * (register/join.js).
 */

const nodeNet = require('node:net');

const { BoundSocket, _createServerHandle, Server, Socket } = nodeNet;

/** The methods that a class has of its own. */
function methodsOf({ prototype }) {
  const entries = Object.entries(Object.getOwnPropertyDescriptors(prototype)).map(([name, { value }]) => [name, value]);
  return new Map(entries.filter(([name, value]) => typeof value === 'function' && name !== 'constructor'));
}

/** @type {Map<Function, Map<string, Function>>} */
const methods = new Map([Socket, Server].map((Class) => [Class, methodsOf(Class)]));

/** The method of Node's class, or the one that it inherits by now. */
const methodOf = (Class, name) => methods.get(Class).get(name) ?? Object.getPrototypeOf(Class.prototype)[name];

/**
 * Does for a socket of Node's what a method of cnet's Socket was called for. A program has put a function of its own
 * in the place of that method, and with cnet/register Node's sockets have come to it too; it goes on to the method
 * that was there.
 * @param {import('node:net').Socket} socket
 */
const callNode = (socket, name, args) => Reflect.apply(methodOf(Socket, name), socket, args);

/**
 * The functions that register/join.js has put on Node's side, which are no program's.
 * @type {WeakMap<Function, () => boolean>} whether they lead to one of a program's
 */
const joining = new WeakMap();

module.exports = { BoundSocket, _createServerHandle, Server, Socket, callNode, joining, methodOf, methods };
