import net from './index.js';
import loaded from './common/loaded.js';

export let {
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
  forTLS,
  receive,
  stats,
  splice,
  transfer,
  version,
} = net;
export default net;

/** What is put in the place of one of them is seen here once it is asked for: module.syncBuiltinESMExports(). */
loaded.syncExports = () => {
  ({
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
    forTLS,
    receive,
    stats,
    splice,
    transfer,
    version,
  } = net);
};
