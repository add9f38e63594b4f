'use strict';

/**
 * Who may connect to a Server, beyond server.maxConnections: so many from each address and each network, so many a
 * second. C decides, before any JavaScript object exists (src/core/accept_limit.c).
 */

const native = require('../native/binding');
const { tellLimit } = require('../common/channels');
const { errnoException, outOfRange } = require('../common/errors');
const { LIMIT: { CONNECTION_RATE } } = require('../native/constants');
const { Handle } = require('../native/handle');
const { kAcceptLimit, kServerId } = require('./state');
const { validateInt32, validateNumber, validateObject } = require('../common/validate');

/** Prefix lengths unless given: what one customer of a provider mostly has. */
const IPV4_PREFIX = 24;
const IPV6_PREFIX = 64;

const isNone = (limit) => limit === undefined || limit === null || limit === Infinity;

function check(err) {
  if (err < 0) throw errnoException(err, 'acceptLimit');
}

/** The limits of a server, which it has from the first one that is set. */
class AcceptLimit {
  native;
  perAddress = undefined;
  perPrefix = undefined;
  rate = undefined;

  constructor(server) {
    this.native = native.acceptLimitNew(server[kServerId]);
    if (typeof this.native === 'number') throw errnoException(this.native, 'acceptLimit');
    const { _handle: handle } = server;
    if (handle instanceof Handle) check(native.setAcceptLimit(handle.id, this.native));
  }

  /** Tells C of perAddress and perPrefix. */
  applyQuota() {
    const { max = -1, ipv4 = IPV4_PREFIX, ipv6 = IPV6_PREFIX } = this.perPrefix ?? {};
    check(native.acceptLimitQuota(this.native, this.perAddress ?? -1, max, ipv4, ipv6));
  }

  applyRate() {
    const { perSecond = 0, burst = 1 } = this.rate ?? {};
    check(native.acceptLimitRate(this.native, perSecond, burst));
  }
}

/** Checked, and a copy: what is changed in an object afterwards would not reach C. */
function prefixOption(value) {
  if (isNone(value)) return undefined;
  validateObject(value, 'maxConnectionsPerPrefix');
  const { max, ipv4 = IPV4_PREFIX, ipv6 = IPV6_PREFIX } = value;
  validateInt32(max, 'maxConnectionsPerPrefix.max', 0);
  validateInt32(ipv4, 'maxConnectionsPerPrefix.ipv4', 0, 32);
  validateInt32(ipv6, 'maxConnectionsPerPrefix.ipv6', 0, 128);
  return Object.freeze({ ipv4, ipv6, max });
}

function rateOption(value) {
  if (isNone(value)) return undefined;
  validateObject(value, 'maxConnectionRate');
  const { perSecond, burst = Math.max(1, Math.min(Math.ceil(perSecond), 2 ** 31 - 1)) } = value;
  validateNumber(perSecond, 'maxConnectionRate.perSecond', 0, CONNECTION_RATE);
  if (!(perSecond > 0)) throw outOfRange('maxConnectionRate.perSecond', '> 0', perSecond);
  validateInt32(burst, 'maxConnectionRate.burst', 1);
  return Object.freeze({ perSecond, burst });
}

/** The properties of a server by those of its AcceptLimit. */
const LIMIT_NAMES = {
  perAddress: 'maxConnectionsPerAddress', perPrefix: 'maxConnectionsPerPrefix', rate: 'maxConnectionRate',
};

/** Sets one of the limits; a server that never had any gets none for `undefined`. */
function setLimit(server, name, value, apply) {
  if (value === undefined && server[kAcceptLimit] === null) return;
  server[kAcceptLimit] ??= new AcceptLimit(server);
  server[kAcceptLimit][name] = value;
  server[kAcceptLimit][apply]();
  tellLimit(server, LIMIT_NAMES[name], value);
}

const methods = {
  /** Connections from one address beyond this number are dropped; undefined: no limit. */
  get maxConnectionsPerAddress() {
    return this[kAcceptLimit]?.perAddress;
  },

  set maxConnectionsPerAddress(value) {
    if (!isNone(value)) validateInt32(value, 'maxConnectionsPerAddress', 0);
    setLimit(this, 'perAddress', isNone(value) ? undefined : value, 'applyQuota');
  },

  /** Connections from one network beyond `max` are dropped: { max, ipv4 = 24, ipv6 = 64 }; undefined: no limit. */
  get maxConnectionsPerPrefix() {
    return this[kAcceptLimit]?.perPrefix;
  },

  set maxConnectionsPerPrefix(value) {
    setLimit(this, 'perPrefix', prefixOption(value), 'applyQuota');
  },

  /** Connections that come faster are dropped: { perSecond, burst }, a token bucket; undefined: no limit. */
  get maxConnectionRate() {
    return this[kAcceptLimit]?.rate;
  },

  set maxConnectionRate(value) {
    setLimit(this, 'rate', rateOption(value), 'applyRate');
  },
};

module.exports = { methods, prefixOption, rateOption };
