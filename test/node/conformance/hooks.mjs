// The hook of preload.js for Nodes without module.registerHooks(): it runs in a thread of its own.

import path from 'node:path';
import { pathToFileURL } from 'node:url';

let tree;
let lib;

export function initialize({ TREE_URL, LIB }) {
  tree = TREE_URL;
  lib = LIB;
}

export function resolve(specifier, context, next) {
  const isNet = specifier === 'net' || specifier === 'node:net';
  if (!isNet || !context.parentURL?.startsWith(tree)) return next(specifier, context);
  return { url: pathToFileURL(path.join(lib, 'index.mjs')).href, format: 'module', shortCircuit: true };
}
