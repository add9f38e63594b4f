'use strict';

/**
 * What there is of cnet's `net` in this copy, for cnet/register, which loads it no sooner than a program asks for it.
 */
module.exports = {
  /** The exports of index.js, when that has been loaded. */
  net: null,

  /** What they were to begin with. @type {Record<string, Function>} */
  own: null,

  /** What index.js calls when it has been loaded. @type {((net: object) => void) | null} */
  whenLoaded: null,

  /**
   * What gives the ES module the values that its exports have now; null before it is loaded.
   * @type {(() => void) | null}
   */
  syncExports: null,
};
