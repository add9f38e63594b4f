'use strict';
// What lib/node-internals/http-parser.js relies on in the parser of http of the running Node. A test that fails names
// what Node has changed.

const assert = require('node:assert');
const http = require('node:http');
const { Duplex } = require('node:stream');

const REQUEST = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\na body';
const NATIVE = ['execute', 'getCurrentBuffer', 'unconsume'];

/** What `look` says of the parser that http gives a socket without a handle of Node's, within a request. */
function withParser(look) {
  return new Promise((resolve, reject) => {
    const socket = new Duplex({ read() {}, write: (chunk, encoding, callback) => callback() });
    const server = http.createServer(() => {
      try {
        resolve(look(socket.parser, socket));
      } catch (error) {
        reject(error);
      } finally {
        socket.destroy();
      }
    });
    server.emit('connection', socket);
    socket.push(REQUEST);
  });
}

describe('node-internals/http-parser.js relies on:', () => {
  it('the parser and the socket name each other, and it is not fed below', async () => {
    const facts = await withParser((parser, socket) => [parser.socket === socket, parser._consumed]);
    assert.deepStrictEqual(facts, [true, false]);
  });

  it('the parser names the socket also when http has been given that once more, with another parser', async () => {
    const facts = await withParser((parser, socket) => {
      http.createServer().emit('connection', socket);
      return [socket.parser === parser, parser.socket === socket];
    });
    assert.deepStrictEqual(facts, [false, true]);
  });

  it('execute(), getCurrentBuffer() and unconsume() are native, and own methods of the class', async () => {
    const sources = await withParser((parser) => {
      const prototype = Object.getPrototypeOf(parser);
      return NATIVE.map((name) => Object.hasOwn(prototype, name) && String(prototype[name]));
    });
    assert.deepStrictEqual(sources, NATIVE.map((name) => `function ${name}() { [native code] }`));
  });

  it('there is a function for what was fed below, by the number that the class names', async () => {
    assert.strictEqual(await withParser((parser) => typeof parser[parser.constructor.kOnExecute]), 'function');
  });

  it('told that a piece was whole, http emits nothing; but it destroys the socket after a request PRI', async () => {
    const facts = await withParser((parser, socket) => {
      const events = [];
      const tell = () => parser[parser.constructor.kOnExecute](1);
      socket.emit = (event) => events.push(event);
      socket._unrefTimer = () => {};
      tell();
      const before = [...events, socket.destroyed];
      parser.incoming.method = 'PRI';
      tell();
      return [...before, socket.destroyed];
    });
    assert.deepStrictEqual(facts, [false, true]);
  });

  it('unconsume() of a parser without a handle does nothing', async () => {
    assert.strictEqual(await withParser((parser) => parser.unconsume()), undefined);
  });

  it('a listener for data has it be fed by the stream again', async () => {
    const isFedBelow = await withParser((parser, socket) => {
      parser._consumed = true;
      socket._handle = {}; // which http asks for first
      socket.on('data', () => {});
      return parser._consumed;
    });
    assert.strictEqual(isFedBelow, false);
  });

  it('it copies what it is given: nothing of a body lies in that memory', async () => {
    const [own, kept] = await withParser(({ constructor: Parser }) => {
      const parser = new Parser();
      const given = new Uint8Array(Buffer.from(REQUEST));
      const chunks = [];
      const onBody = (chunk, ...cut) => chunks.push(cut.length > 0 ? chunk.subarray(cut[0], cut[0] + cut[1]) : chunk);
      parser.initialize(Parser.REQUEST, {});
      parser[Parser.kOnBody] = onBody;
      parser.execute(given);
      given.fill(0);
      return [chunks[0].buffer !== given.buffer, String(chunks[0])];
    });
    assert.deepStrictEqual([own, kept], [true, 'a body']);
  });
});
