'use strict';
// Messages over a byte stream: node examples/framing.js
// TCP keeps the order of bytes, but not the boundaries of messages: one chunk may hold a part of a message, or several
// messages. Both readers work on bytes, so they cut no character in half. Both have a limit, and both fail when the
// connection ends within a message.

const { pipeline } = require('node:stream/promises');

const net = require('cnet');

/** Yields each line as text, without its '\n'. A line has at most `limit` bytes. */
async function* readLines(socket, limit = 64 * 1024) {
  let pieces = [];
  let length = 0; // bytes in `pieces`
  const check = (bytes) => {
    if (bytes > limit) throw new RangeError(`a line is longer than ${limit} bytes`);
  };
  for await (const chunk of socket) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      check(length + end - start);
      yield Buffer.concat([...pieces, chunk.subarray(start, end)]).toString();
      pieces = [];
      length = 0;
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
    length += chunk.length - start;
    check(length);
  }
  if (length > 0) throw new Error('the connection has ended within a line');
}

/** Yields the content of each frame. A frame has its length in four bytes, most significant first, then the content. */
async function* readFrames(socket, limit = 1024 * 1024) {
  let pieces = [];
  let have = 0;
  let need = 4;
  for await (const chunk of socket) {
    pieces.push(chunk);
    have += chunk.length;
    while (have >= need) {
      let bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, have);
      const length = bytes.readUInt32BE(0);
      if (length > limit) throw new RangeError(`a frame is longer than ${limit} bytes`);
      need = 4 + length;
      if (have >= need) {
        yield bytes.subarray(4, need);
        bytes = bytes.subarray(need);
        need = 4;
      }
      pieces = [bytes];
      have = bytes.length;
    }
  }
  if (have > 0) throw new Error('the connection has ended within a frame');
}

function frame(text) {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([head, Buffer.from(text)]);
}

/* Answers each line with a frame. pipeline() waits while the peer does not read, and passes errors on. */
async function* answer(socket) {
  for await (const line of readLines(socket)) yield frame(line.toUpperCase());
}

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  pipeline(answer(socket), socket).catch((error) => console.error(error.message));
});

server.listen(0, '127.0.0.1', async () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.write('first\nsec');
  client.end('ond\n');
  for await (const bytes of readFrames(client)) console.log(bytes.toString());
  server.close();
});
