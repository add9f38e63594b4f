import net from './index.js';
import loaded from './common/loaded.js';

/* A module has to name what it exports, and again what it sets anew. _setSimultaneousAccepts may be undefined. */
export let {
  _createServerHandle, _normalizeArgs, _setSimultaneousAccepts, BlockList, SocketAddress, BoundSocket, connect,
  createConnection, createServer, isIP, isIPv4, isIPv6, promises, Server, Socket, Stream, getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout,
  getDefaults, setDefaults, forTLS, ioThreads, receive, setIOThreads, stats, splice, transfer, version,
} = net;
export default net;

/** What is put in the place of one of them is seen here once it is asked for: module.syncBuiltinESMExports(). */
loaded.syncExports = () => {
  ({
    _createServerHandle, _normalizeArgs, _setSimultaneousAccepts, BlockList, SocketAddress, BoundSocket, connect,
    createConnection, createServer, isIP, isIPv4, isIPv6, promises, Server, Socket, Stream,
    getDefaultAutoSelectFamily, setDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout,
    setDefaultAutoSelectFamilyAttemptTimeout, getDefaults, setDefaults, forTLS, ioThreads, receive, setIOThreads,
    stats, splice, transfer, version,
  } = net);
};
