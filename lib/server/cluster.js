'use strict';

/**
 * Servers in workers of a cluster (cluster.md, "How it works"): the primary is asked for the handle. It gives either a
 * stand-in, over which connections come that it has accepted (round robin), or the listening handle itself, which all
 * workers share.
 */

const native = require('../native/binding');
const { refusalOf } = require('./allowed-uids');
const { VERDICT } = require('../native/constants');
const { HAS_DESCRIPTORS, SERVER, SOCKET } = require('../native/handle');
const { REASONS } = require('../native/events');
const { namesOf } = require('../socket/endpoints');
const { askPrimary } = require('../node-internals/cluster');
const { setOwner } = require('../node-internals/handles');
const { copyHandle, takeHandle, whenClosed } = require('../native/node-handle');
const { countWaiting, standIn: standInForHeaders } = require('./proxy-protocol');
const { kDropped, kUserDropped } = require('../common/symbols');
const { kAcceptLimit, kHoldCount, kProxyProtocol, kServerId, kUserTimeout } = require('./state');
const { count } = require('../native/stats');
const uv = require('../native/uv');

/** Windows: SOMAXCONN. */
const LONGEST_QUEUE = 0x7fffffff;

/* --- who may in ------------------------------------------------------------------------------------------------- */

function isFull(server) {
  const { maxConnections, _connections } = server;
  return (
    maxConnections !== undefined && maxConnections !== null && _connections + countWaiting(server) >= maxConnections
  );
}

function isBlocked({ blockList }, client) {
  const peer = {};
  if (!blockList || !client.getpeername || client.getpeername(peer) !== 0) return false;
  return blockList.check(peer.address, peer.family.toLowerCase());
}

/**
 * What Node's cluster asks of the owner of a handle: whether it is full, so that the primary gives the connection to
 * another worker, and to close when the worker leaves the cluster. Old Nodes take no limit of 0, nor know
 * dropMaxConnection, so they are told the answer rather than the numbers.
 */
function ownerOf(server) {
  return {
    _connections: 1,
    get maxConnections() {
      return !server.dropMaxConnection && isFull(server) ? 1 : undefined;
    },
    close: (callback) => server.close(callback),
  };
}

/**
 * What C decides where it accepts.
 * @returns {number} a number of VERDICT, or a negative libuv code
 */
function verdictOn(server, client) {
  native.setServer(client.id, server[kServerId]);
  const limit = server[kAcceptLimit];
  if (isFull(server)) return VERDICT.FULL;
  return limit ? native.acceptLimitEnter(limit.native, client.id) : VERDICT.ADMITTED;
}

/**
 * The same where Node's handles have no descriptors (Windows): the socket drives Node's handle as it is
 * (socket/foreign-handle.js). Limits by address are kept by C, which does not know the connection.
 */
function receiveForeign(server, deliver, nodeClient) {
  if (isFull(server)) {
    const data = namesOf(nodeClient);
    nodeClient.close();
    count(`dropped.${REASONS[VERDICT.FULL]}`);
    server[kDropped](data, REASONS[VERDICT.FULL]);
  } else if (isBlocked(server, nodeClient)) {
    nodeClient.close();
    count('refused.blockList');
  } else if (server[kAcceptLimit]) {
    nodeClient.close();
    deliver(uv.ENOTSUP);
  } else {
    deliver(0, nodeClient);
  }
}

/** A connection from the primary, on a handle of Node's: the policy that C has for handles on which it listens. */
function receive(server, deliver, nodeClient) {
  if (!HAS_DESCRIPTORS) {
    receiveForeign(server, deliver, nodeClient);
    return;
  }
  const { handle: client, err } = takeHandle(nodeClient, SOCKET);
  const refusal = client === null ? null : refusalOf(server, client);
  if (client === null) {
    deliver(err);
    return;
  }
  if (refusal !== null) {
    client.close();
    count('dropped.credentials');
    if (refusal.peer !== undefined) server[kUserDropped](refusal.peer);
    return;
  }
  if (!isFull(server) && isBlocked(server, client)) {
    client.close();
    count('refused.blockList');
    return;
  }
  const verdict = verdictOn(server, client);
  if (verdict === VERDICT.ADMITTED) {
    if (server[kUserTimeout] > 0) client.setUserTimeout?.(server[kUserTimeout]);
    deliver(0, client);
    return;
  }
  const data = namesOf(client);
  client.close();
  if (verdict < 0) {
    deliver(verdict);
    return;
  }
  count(`dropped.${REASONS[verdict]}`);
  server[kDropped](data, REASONS[verdict]);
}

/* --- handles ---------------------------------------------------------------------------------------------------- */

/** Node closes the handles of a worker that leaves the cluster through their owner, or else by close(callback). */
function closeThroughServer(server, nodeHandle) {
  const { close } = nodeHandle;
  setOwner(nodeHandle, ownerOf(server));
  nodeHandle.close = (callback) => {
    if (typeof callback === 'function') server.close(callback);
    else Reflect.apply(close, nodeHandle, []);
  };
}

/** While the server is held, who comes waits here, as the primary has accepted already. */
function makeHoldable(server, standIn, headers, receiveOne) {
  const waiting = [];
  const { close } = standIn;

  standIn.hold = () => {
    headers?.hold(server[kHoldCount] > 0);
    while (waiting.length > 0 && server[kHoldCount] === 0) receiveOne(waiting.shift());
  };
  standIn.close = (callback) => {
    for (const nodeClient of waiting.splice(0)) nodeClient.close();
    headers?.close();
    close(callback);
  };
  return (nodeClient) => {
    waiting.push(nodeClient);
    standIn.hold();
  };
}

/** libuv ends the process on Windows when a handle of Node's, which C does not see, is given no length of its queue. */
function guardBacklog(nodeHandle) {
  const { listen } = nodeHandle;
  nodeHandle.listen = (backlog) => {
    const length = +backlog | 0;
    return Reflect.apply(listen, nodeHandle, [length < 0 ? LONGEST_QUEUE : length || 1]);
  };
}

/** The stand-in for a handle on which the primary listens: it is the server's handle as it is. */
function roundRobin(server, standIn) {
  let deliver = null;

  closeThroughServer(server, standIn);
  if (!HAS_DESCRIPTORS) guardBacklog(standIn);
  const tell = (status, client) => deliver.call(standIn, status, client);
  const headers = server[kProxyProtocol] ? standInForHeaders(server, tell) : null;
  const next = (status, client) => {
    if (!status && headers === null) count('accepted');
    if (status || headers === null) tell(status, client);
    else native.proxyAccept(headers.id, client.id);
  };
  const take = makeHoldable(server, standIn, headers, (client) => receive(server, next, client));
  Object.defineProperty(standIn, 'onconnection', {
    get: () => (status, client) => {
      if (status) deliver.call(standIn, status);
      else take(client);
    },
    set(listener) {
      deliver = listener;
    },
    configurable: true,
    enumerable: true,
  });
  return { handle: standIn, err: 0 };
}

/** A handle of the server's own on the descriptor that all workers share. */
function shared(server, nodeHandle) {
  const { handle, err } = copyHandle(nodeHandle, SERVER);
  if (handle === null) {
    nodeHandle.close();
    return { handle, err };
  }
  closeThroughServer(server, nodeHandle);
  whenClosed(handle, () => nodeHandle.close());
  return { handle, err: 0 };
}

/**
 * A shared handle may be bound to another port than was asked for, which then was taken (cluster.md, listen()). On
 * Windows libuv keeps the error of bind until the handle is used.
 */
function checkPort({ port }, nodeHandle) {
  const name = {};
  if (!(port > 0) || !nodeHandle.getsockname) return 0;
  return nodeHandle.getsockname(name) || (name.port === port ? 0 : uv.EADDRINUSE);
}

/** Features whose connections C must know from the beginning. */
function checkFeatures(server) {
  return !HAS_DESCRIPTORS && (server[kAcceptLimit] || server[kProxyProtocol]) ? uv.ENOTSUP : 0;
}

/**
 * A server listens on a handle of Node's that has no descriptor (Windows): its connections come on such handles too, as
 * those that a primary gives.
 * @param {import('./server').Server} server
 * @param {object} nodeHandle
 * @returns {{ handle: object | null, err: number }} a negative libuv code when there is no handle
 */
function listenOnNodes(server, nodeHandle) {
  const err = checkFeatures(server);
  return err ? { handle: null, err } : roundRobin(server, nodeHandle);
}

/**
 * Asks the primary for a handle to listen on.
 * @param {import('./server').Server} server
 * @param {{ address?: string, port?: number, family?: number, fd?: number, flags?: number, backlog?: number }} place
 * @param {(err: number, handle?: object) => void} callback a negative libuv code, or 0 and the handle; not called when
 *   the server was closed meanwhile
 */
function getHandle(server, place, callback) {
  const { address = null, port = null, family = null, fd, flags, backlog, ...mode } = place;
  const query = { address, port, addressType: family, fd, flags, backlog, ...mode };
  const listeningId = server._listeningId;

  askPrimary(server, query, (err, nodeHandle) => {
    if (listeningId !== server._listeningId) {
      nodeHandle?.close();
      return;
    }
    const refused = err ? 0 : checkFeatures(server);
    if (refused) nodeHandle.close();
    const failure = err || refused || checkPort(place, nodeHandle);
    if (failure) {
      callback(failure);
      return;
    }
    const result = nodeHandle.fd >= 0 ? shared(server, nodeHandle) : roundRobin(server, nodeHandle);
    callback(result.err, result.handle);
  });
}

module.exports = { getHandle, listenOnNodes };
