'use strict';

/** Gives a class its methods, which several files define: each file those of its subject. */

/**
 * @param {object} prototype
 * @param {Record<string, { methods: object }>} subjects by the names of their files, in the order of the prototype
 * @returns {object[]} the methods of each subject
 * @throws Error when two subjects define the same name
 */
function defineMethods(prototype, subjects) {
  const definedBy = new Map();
  for (const [subject, { methods }] of Object.entries(subjects)) {
    const descriptors = Object.getOwnPropertyDescriptors(methods);
    for (const key of Reflect.ownKeys(descriptors)) {
      if (definedBy.has(key)) throw new Error(`"${definedBy.get(key)}" and "${subject}" both define ${String(key)}`);
      definedBy.set(key, subject);
    }
    Object.defineProperties(prototype, descriptors);
  }
  return Object.values(subjects).map(({ methods }) => methods);
}

module.exports = { defineMethods };
