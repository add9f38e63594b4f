'use strict';
// grpc-service.js: the service of the gRPC programs. Its messages are bytes, without an encoding of their own.

const same = (bytes) => bytes;
const bytes = {
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
  requestStream: false,
};

const service = {
  unary: { path: '/bench.Bench/unary', responseStream: false, ...bytes },
  stream: { path: '/bench.Bench/stream', responseStream: true, ...bytes },
};

module.exports = { service };
