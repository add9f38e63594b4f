// The types of cnet/proxy-protocol.

import type { Socket } from 'node:net';
import type { ProxyHeaderOptions, ProxyTlv } from './index.js';

/** Types of TLVs. */
export declare const TLV: {
  readonly ALPN: 0x01;
  readonly AUTHORITY: 0x02;
  readonly CRC32C: 0x03;
  readonly NOOP: 0x04;
  readonly UNIQUE_ID: 0x05;
  readonly SSL: 0x20;
  readonly SSL_VERSION: 0x21;
  readonly SSL_CN: 0x22;
  readonly SSL_CIPHER: 0x23;
  readonly SSL_SIG_ALG: 0x24;
  readonly SSL_KEY_ALG: 0x25;
  readonly NETNS: 0x30;
};

/** The bytes of a header. */
export declare function encodeProxyHeader(header: ProxyHeaderOptions | Socket): Buffer;

/** TLVs, as of a header, or as in the value of TLV.SSL from its sixth byte on; without those of TLV.NOOP. */
export declare function parseTlvs(bytes: Uint8Array): ProxyTlv[];
