'use strict';
// grpc.js: @grpc/grpc-js: `unary` gives back the bytes of a request, `stream` sends them `pieces` times.

const { Server, ServerCredentials } = require('@grpc/grpc-js');

const { service } = require('../grpc-service.js');
const { obey, options, say } = require('../program.js');

const server = new Server();

server.addService(service, {
  unary: ({ request }, answer) => answer(null, request),
  stream(call) {
    for (let i = 0; i < options.pieces; i++) call.write(call.request);
    call.end();
  },
});

server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (err, port) => {
  if (err) say({ error: err.stack });
  else say({ port });
  obey();
});
