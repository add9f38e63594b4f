'use strict';
// reply.js: answers each message of `size` bytes with `reply` bytes: a string, or corked pieces.

const { options, serve } = require('./serve.js');

const ANSWERS = { latin1: 'ÿ', utf8: 'é' };

/* Of letters that are not ASCII, so that there is something to encode. */
function textAnswer(encoding) {
  const letter = ANSWERS[encoding];
  const text = letter.repeat(options.reply / Buffer.byteLength(letter, encoding));
  return (socket) => socket.write(text, encoding);
}

function corkedAnswer() {
  const piece = Buffer.alloc(options.reply / options.pieces, 'x');
  return (socket) => {
    socket.cork();
    for (let i = 0; i < options.pieces; i++) socket.write(piece);
    socket.uncork();
  };
}

const answer = options.encoding ? textAnswer(options.encoding) : corkedAnswer();

serve((socket) => {
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    for (; bytes >= options.size; bytes -= options.size) answer(socket);
  });
});
