'use strict';

/** The primary of a cluster, as Node's own servers in its workers ask it. */

/** Node's module, which is loaded when the first server listens. */
let cluster = null;

/** @returns {boolean} true when this process is a worker of a cluster */
function isWorker() {
  cluster ??= require('node:cluster');
  return cluster.isWorker;
}

/**
 * Asks the primary for a handle on which a server of this worker listens.
 * @param {object} server
 * @param {{ address: string | null, port: number | null, addressType: number | string | null, fd?: number, flags?:
 *   number }} query
 * @param {(err: number, handle?: object) => void} callback a negative libuv code, or 0 and the listening handle
 *   itself, which has a descriptor, or a stand-in without one, whose onconnection(status, handle) is called for each
 *   connection
 */
const askPrimary = (server, query, callback) => cluster._getServer(server, query, callback);

module.exports = { askPrimary, isWorker };
