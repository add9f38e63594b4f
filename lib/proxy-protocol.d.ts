// The types of cnet/proxy-protocol.

/// <reference types="node" />

import type { Socket } from 'node:net';
import type { ProxyHeaderOptions, ProxyTlv } from './index.js';

/** Types of TLVs, as numbers. Since cnet 0.1.0 (not in Node). */
export declare const TLV: {
  /** The protocol of the layer above, as of ALPN. Since cnet 0.1.0 (not in Node). */
  readonly ALPN: 0x01;
  /** The name of the host that the client has asked for (SNI). Since cnet 0.1.0 (not in Node). */
  readonly AUTHORITY: 0x02;
  /** A checksum of the header. Since cnet 0.1.0 (not in Node). */
  readonly CRC32C: 0x03;
  /** Padding. Since cnet 0.1.0 (not in Node). */
  readonly NOOP: 0x04;
  /** An id of the connection, at most 128 bytes. Since cnet 0.1.0 (not in Node). */
  readonly UNIQUE_ID: 0x05;
  /** The client has come by TLS: flags, and TLVs of their own. Since cnet 0.1.0 (not in Node). */
  readonly SSL: 0x20;
  /** Within SSL: the version of TLS. Since cnet 0.1.0 (not in Node). */
  readonly SSL_VERSION: 0x21;
  /** Within SSL: the common name of the client's certificate. Since cnet 0.1.0 (not in Node). */
  readonly SSL_CN: 0x22;
  /** Within SSL: the cipher. Since cnet 0.1.0 (not in Node). */
  readonly SSL_CIPHER: 0x23;
  /** Within SSL: the algorithm that the certificate is signed by. Since cnet 0.1.0 (not in Node). */
  readonly SSL_SIG_ALG: 0x24;
  /** Within SSL: the algorithm of the certificate's key. Since cnet 0.1.0 (not in Node). */
  readonly SSL_KEY_ALG: 0x25;
  /** The network namespace. Since cnet 0.1.0 (not in Node). */
  readonly NETNS: 0x30;
};

/** The bytes of a header: of its fields, or of a connection. Since cnet 0.1.0 (not in Node). */
export declare function encodeProxyHeader(header: ProxyHeaderOptions | Socket): Buffer;

/**
 * TLVs, as of a header, or as in the value of TLV.SSL from its sixth byte on; without those of TLV.NOOP. Since cnet
 * 0.1.0 (not in Node).
 */
export declare function parseTlvs(bytes: Uint8Array): ProxyTlv[];
