import net from './index.js';

export const {
  _createServerHandle,
  _normalizeArgs,
  _setSimultaneousAccepts, // undefined where Node has none any more
  BlockList,
  SocketAddress,
  BoundSocket,
  connect,
  createConnection,
  createServer,
  isIP,
  isIPv4,
  isIPv6,
  promises,
  Server,
  Socket,
  Stream,
  getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout,
  getDefaults,
  setDefaults,
  receive,
  stats,
  splice,
  transfer,
  version,
} = net;
export default net;
