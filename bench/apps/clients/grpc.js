'use strict';
// grpc.js: @grpc/grpc-js: an operation is a call of `method`, with `size` bytes.

const { credentials, makeGenericClientConstructor } = require('@grpc/grpc-js');

const { service } = require('../grpc-service.js');
const { obey, options } = require('../program.js');

const Client = makeGenericClientConstructor(service, 'Bench');
const client = new Client(`127.0.0.1:${options.port}`, credentials.createInsecure());
const message = Buffer.alloc(options.size, 'cnet');

const operations = {
  unary: () => new Promise((resolve, reject) => {
    client.unary(message, (err) => (err ? reject(err) : resolve()));
  }),
  stream: () => new Promise((resolve, reject) => {
    client.stream(message).on('data', () => {}).on('error', reject).on('end', resolve);
  }),
};

obey(operations[options.method], options.atOnce);
