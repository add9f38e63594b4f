'use strict';

/** cnet/proxy-protocol: makes and reads headers of the PROXY protocol (lib/proxy/header.js). */

require('./common/runtime');

const { TLV, encodeProxyHeader, parseTlvs } = require('./proxy/header');

module.exports = { TLV, encodeProxyHeader, parseTlvs };
