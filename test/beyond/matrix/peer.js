'use strict';

/** One end of a conversation: sends its stream while it receives the other's, in the ways that are asked for. */

const { once } = require('node:events');
const fs = require('node:fs');
const { Readable, Writable } = require('node:stream');

const { layers } = require('./layers');
const { Collector, content } = require('./stream');
const { turn } = require('../../support/loop');

/**
 * Sizes of writes, one after the other; what is left goes with the last. They cross 16 KiB, 64 KiB and what a socket
 * takes.
 */
const SIZES = [8, 1, 7, 100, 16383, 16384, 16385, 1000, 65535, 65536, 65537, 3, 200000, 2, 5000];

/** @returns {Buffer[]} */
function cut(bytes) {
  const pieces = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const end = i < SIZES.length ? at + SIZES[i] : bytes.length;
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

/** One piece, as what a write can be: a Buffer, another Uint8Array, a text. @returns {boolean} as of write() */
function writePiece(writable, piece, i) {
  if (i % 5 === 2) return writable.write(piece.toString('latin1'), 'latin1');
  if (i % 5 === 4) return writable.write(new Uint8Array(piece));
  return writable.write(piece);
}

/** A way of sending: a function that sends piece `i`, which begins at byte `at`. */
function makeSender(writable, how, promises) {
  return (piece, i, at) => {
    if (how.file && i % 3 === 1) {
      const part = { start: at, end: at + piece.length - 1 };
      promises.push(writable.sendFile(how.file, part).then((sent) => {
        if (sent !== piece.length) throw new Error(`sendFile() tells of ${sent} bytes, not ${piece.length}`);
      }));
      return !writable.writableNeedDrain;
    }
    if (how.descriptors && i % 4 === 0) {
      how.sent.sent++;
      const fd = fs.openSync('/dev/null');
      const ok = writable.sendDescriptors(piece, [fd]);
      fs.closeSync(fd);
      return ok;
    }
    return writePiece(writable, piece, i);
  };
}

/** Room again, or none ever. (http of Node 22 does not tell of room after uncork().) */
async function drained(writable) {
  if (writable.destroyed || !writable.writableNeedDrain || writable.writableLength === 0) return;
  await new Promise((resolve) => {
    const end = () => {
      writable.off('drain', end).off('close', end);
      resolve();
    };
    writable.on('drain', end).on('close', end);
  });
}

/**
 * Sends all of the bytes.
 * @param {import('node:stream').Writable} writable
 * @param {Buffer} bytes
 * @param {{ cork?: boolean, pipe?: boolean, file?: string, descriptors?: boolean, sent?: object, prefix?: Buffer }} how
 */
async function send(writable, bytes, how) {
  const promises = [];
  const sendPiece = makeSender(writable, how, promises);
  let pieces = cut(bytes);
  let at = 0;

  if (how.prefix) { // in one write with the first bytes
    writable.write(Buffer.concat([how.prefix, pieces[0]]));
    at += pieces.shift().length;
  }
  if (how.pipe) {
    const half = pieces.splice(0, Math.max(1, pieces.length >> 1));
    const source = Readable.from(half, { objectMode: false });
    source.pipe(writable, { end: false });
    await once(source, 'end');
    at += half.reduce((sum, piece) => sum + piece.length, 0);
    pieces = [...pieces];
  }
  let ok = true;
  for (let i = 0; i < pieces.length && !writable.destroyed; i++) {
    if (how.cork && i % 4 === 0) writable.cork();
    ok = sendPiece(pieces[i], i, at);
    at += pieces[i].length;
    if (how.cork && (i % 4 === 3 || i === pieces.length - 1)) writable.uncork();
    if (how.cork && i % 4 !== 3) continue;
    if (!ok) await drained(writable);
    else if (i % 4 === 3) await turn();
  }
  await Promise.all(promises);
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

/** A writable that is now and then slow. */
function makeSink(collector, readable) {
  let count = 0;
  return new Writable({
    highWaterMark: 50000,
    decodeStrings: false,
    write(chunk, _encoding, callback) {
      collector.take(chunk, readable.readableEncoding);
      if (++count % 4 === 0) setImmediate(callback);
      else callback();
    },
  });
}

/**
 * Begins to receive. What `onread` is called with comes by itself.
 * @returns {Promise<void> | undefined} until it is through
 */
function receive(readable, collector, { read = 'data', encoding }) {
  if (encoding) readable.setEncoding(encoding);
  const take = (chunk) => collector.take(chunk, readable.readableEncoding);

  if (read === 'onread') readable.resume();
  else if (read === 'pipe') return once(readable.pipe(makeSink(collector, readable)), 'finish');
  else if (read === 'readable') {
    readable.on('readable', () => {
      for (let chunk = readable.read(); chunk !== null; chunk = readable.read()) take(chunk);
    });
  } else readable.on('data', take).resume();
}

/* --- a conversation ----------------------------------------------------------------------------------------------- */

/** Notes what a stream tells of its life. */
function watch(stream) {
  const events = [];
  for (const name of ['end', 'finish', 'close']) stream.on(name, () => events.push(name));
  stream.on('close', (hadError) => hadError && events.push('close with an error'));
  stream.on('error', (error) => events.push(`error ${error.code} ${error.message}`));
  stream.on('timeout', () => events.push('timeout'));
  return events;
}

/** @returns {Promise<void>} for 'close', which has not come yet */
const closing = (stream) => new Promise((resolve) => { stream.once('close', resolve); });

/**
 * Sends and receives, until both ways have ended.
 * @param {{ readable: import('node:stream').Readable, writable: import('node:stream').Writable }} io may be the same
 *   stream
 * @param {{ number: number, length: number, prefix?: Buffer, how: object, ends: string }} talk `number`, `length`: of
 *   the stream to send; `how`: of send() and receive(); `ends`: 'at once' when all is sent, 'first' when all has come
 *   too, 'after' the end of the other side, 'second': the same, by itself
 * @param {Collector} collector
 */
async function converse({ readable, writable }, { number, length, how, ends }, collector) {
  const closes = [closing(readable)];
  if (writable !== readable) closes.push(closing(writable));
  const ended = Promise.race([new Promise((resolve) => { readable.once('end', resolve); }), closes[0]]);
  const received = receive(readable, collector, how);
  const sending = send(writable, content(number, length), how);
  sending.catch((error) => collector.fail(`sending has failed: ${error.stack}`));
  if (ends === 'after') {
    await Promise.all([sending, ended]);
    writable.end();
  } else if (ends !== 'second') {
    await sending;
    if (ends === 'first') await Promise.race([collector.complete, ended]);
    writable.end();
  }
  await Promise.all([sending, ended, received, ...closes]);
  collector.check();
}

/** Of what a socket has told, what is not as it should be. */
function judge(events, isRaw) {
  const wrong = [];
  for (const event of events) {
    if (!['end', 'finish', 'close'].includes(event)) wrong.push(`there was ${event}`);
  }
  for (const name of isRaw ? ['end', 'finish', 'close'] : ['close']) {
    const count = events.filter((event) => event === name).length;
    if (count !== 1) wrong.push(`'${name}' came ${count} times`);
  }
  if (events.at(-1) !== 'close') wrong.push(`the last event was '${events.at(-1)}'`);
  return wrong;
}

/**
 * Holds a conversation on a socket, with the layer that there is above it.
 * @param {Socket} socket
 * @param {object} talk of converse(), and `side`: 'client' or 'server', `layer`: its name or undefined, `counts`: the
 *   bytes that the socket has to tell of at the end, `isRegistered`
 * @param {Collector} collector
 * @returns {Promise<void>} what was wrong is in the collector
 */
async function speak(socket, talk, collector) {
  const { side, layer, counts } = talk;
  const events = watch(socket);
  const closed = closing(socket);
  const io = await (talk.io?.() ??
    (layer === undefined ? { readable: socket, writable: socket } : above(socket, layer, side)));
  await converse(io, talk, collector);
  await closed;
  await turn();
  for (const wrong of judge(events, layer === undefined)) collector.fail(`${side}: ${wrong} (${events.join(', ')})`);
  if (counts === undefined || layer !== undefined) return;
  const { bytesRead, bytesWritten } = socket;
  if (bytesRead !== counts.read) collector.fail(`${side}: bytesRead is ${bytesRead}, not ${counts.read}`);
  if (bytesWritten !== counts.written)
    collector.fail(`${side}: bytesWritten is ${bytesWritten}, not ${counts.written}`);
}

/** What is read from and written to above the socket. */
function above(socket, name, side) {
  if (side === 'client') return layers[name].client(socket);
  return new Promise((resolve, reject) => {
    const { server, give = (given) => given } = layers[name];
    server((io, error) => (error ? reject(error) : resolve(io))).emit('connection', give(socket));
    socket.resume(); // that of `pauseOnConnect`
  });
}

module.exports = { Collector, above, content, converse, speak, turn };
