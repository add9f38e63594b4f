'use strict';

const util = require('util');

async function talk(t, server, socket) {
  t.watchServer(server, 'server');
  const { port } = await t.listen(server);
  t.watch(socket, 'client');
  socket.connect(port, '127.0.0.1');
  socket.end('hello');
  await t.end(server);
}

module.exports = [
  { title: 'without new', async run(t) {
    const { Socket, Server } = t.net;
    const socket = Socket({ allowHalfOpen: false });
    const server = Server((accepted) => accepted.pipe(accepted));
    t.log('kinds', socket instanceof Socket, server instanceof Server, socket.constructor === Socket,
      server.constructor === Server);
    t.log('listeners', server.listenerCount('connection'));
    await talk(t, server, socket);
  } },
  { title: 'Socket without new and without arguments', run(t) {
    const socket = t.net.Socket();
    t.log('made', socket instanceof t.net.Socket, t.state(socket));
    t.log('server', t.net.Server() instanceof t.net.Server);
  } },
  { title: 'class', async run(t) {
    class Client extends t.net.Socket {
      constructor(...args) {
        super(...args);
        this.mine = 1;
      }

      end(...args) {
        t.log('end of Client', args.length);
        return super.end(...args);
      }
    }
    class Service extends t.net.Server {
      constructor() {
        super({ allowHalfOpen: false }, (socket) => socket.pipe(socket));
      }

      close(...args) {
        t.log('close of Service', args.length);
        return super.close(...args);
      }
    }
    const client = new Client();
    const service = new Service();
    t.log('kinds', client instanceof Client, client instanceof t.net.Socket, service instanceof Service, client.mine);
    await talk(t, service, client);
  } },
  { title: 'util.inherits', async run(t) {
    function Client(options) {
      t.net.Socket.call(this, options);
      this.mine = 1;
    }
    util.inherits(Client, t.net.Socket);
    function Service() {
      t.net.Server.call(this, { allowHalfOpen: false }, (socket) => socket.pipe(socket));
    }
    util.inherits(Service, t.net.Server);
    const client = new Client({});
    const service = new Service();
    t.log('kinds', client instanceof Client, client instanceof t.net.Socket, service instanceof Service, client.mine);
    await talk(t, service, client);
  } },
  { title: 'a socket with a handle of another', async run(t) {
    const { client, accepted } = await t.pair();
    const second = t.watch(new t.net.Socket({ handle: client._handle }), 'second');
    t.log('second', t.state(second), second.remotePort, second._handle === client._handle);
    accepted.end('to whom');
    accepted.resume();
    await t.event(second, 'end');
    second.end();
    await t.closed(second);
  } },
  { title: 'functions of the module without their object', async run(t) {
    const { createServer, connect } = t.net;
    const server = t.watchServer(createServer((socket) => socket.end('x')), 'server');
    const { port } = await t.listen(server);
    t.watch(connect(port, '127.0.0.1'), 'client');
    await t.end(server);
  } },
  { title: 'emit of connection by hand', async run(t) {
    const server = t.net.createServer((socket) => {
      t.watch(socket, 'emitted');
      socket.end('served');
    });
    const { client, accepted } = await t.pair();
    t.watch(client, 'client');
    server.emit('connection', accepted);
    await t.closed(client, accepted);
  } },
  { title: '_read, _final, _destroy and _writeGeneric are called as on any stream', async run(t) {
    const calls = [];
    class Client extends t.net.Socket {
      _final(done) {
        calls.push('_final');
        super._final(done);
      }

      _destroy(error, done) {
        calls.push('_destroy');
        super._destroy(error, done);
      }

      _writeGeneric(...args) {
        calls.push(`_writeGeneric ${args[0]}`);
        super._writeGeneric(...args);
      }
    }
    const client = new Client();
    const server = t.net.createServer((socket) => socket.pipe(socket));
    await talk(t, server, client);
    t.log('calls', calls);
  } },
];
