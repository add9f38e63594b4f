'use strict';
// docs/troubleshooting.md has every code and every message that is cnet's own.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const errors = require('../../lib/common/errors');
const { ROOT } = require('../support/subject');

const TEXT = fs.readFileSync(path.join(ROOT, 'docs', 'troubleshooting.md'), 'utf8');

/* Lines may be broken anywhere. */
const UNBROKEN = TEXT.replace(/\s+/g, ' ');

/** What the binding and the core tell each other, and no program is told. */
const INTERNAL = new Set(['UV_EAGAIN', 'UV_EOF', 'UV_ERRNO_MAP', 'UV_ENOPROTOOPT', 'UV_ENOSYS', 'UV_ESRCH']);

/* The files of a folder, as one text. */
function sources(folder, ends) {
  const names = fs.readdirSync(path.join(ROOT, folder), { recursive: true }).filter((name) => ends.test(name));
  return names.map((name) => fs.readFileSync(path.join(ROOT, folder, name), 'utf8')).join('\n');
}

const LIB = sources('lib', /\.m?js$/);

const missing = (text, words) => [...new Set(words)].filter((word) => !text.includes(word));

describe('docs/troubleshooting.md', () => {
  it('has an entry for each code of an error or a warning that lib/ makes', () => {
    const made = [...LIB.matchAll(/\b(?:codes\.|code = '|code: '|emitWarning\([^)]*')(ERR_\w+|CNET_\w+|ABORT_ERR|EPIPE|\w+Warning)/g)];
    const codes = [...made.map(([, code]) => code), ...Object.keys(errors.codes)].filter((code) => code !== 'ResourceWarning');
    assert.ok(codes.includes('ERR_DLOPEN_FAILED') && codes.includes('CNET_DESCRIPTORS') && codes.includes('ABORT_ERR'));
    const headings = [...TEXT.matchAll(/^### (\w+)$/gm)].map(([, code]) => code);
    const warnings = [...TEXT.matchAll(/^- \*\*`(\w+)`\*\*/gm)].map(([, code]) => code);
    assert.deepStrictEqual([...new Set(codes)].filter((code) => ![...headings, ...warnings].includes(code)), []);
    assert.deepStrictEqual(headings.filter((code) => !codes.includes(code)), []);
  });

  it('has each code of libuv that src/ makes', () => {
    const codes = [...sources('src', /\.[ch]$/).matchAll(/\bUV_E\w+/g)].map(([code]) => code);
    const shown = codes.filter((code) => !INTERNAL.has(code)).map((code) => `\`${code.slice(3)}\``);
    assert.ok(shown.includes('`EBUSY`'));
    assert.deepStrictEqual(missing(TEXT, shown), []);
  });

  it('has each message that is the same every time', () => {
    const fixed = [
      'ERR_INVALID_ADDRESS', 'ERR_INVALID_HANDLE_TYPE', 'ERR_PROXY_PROTOCOL_RESET', 'ERR_PROXY_PROTOCOL_UNTRUSTED',
      'ERR_SERVER_ALREADY_LISTEN', 'ERR_SERVER_NOT_RUNNING', 'ERR_SOCKET_CLOSED', 'ERR_SOCKET_HANDLE_ADOPTED',
      'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
    ].map((code) => new errors.codes[code]().message);
    const others = [
      new errors.AbortError().message, errors.endedByOtherParty().message, new errors.NotABuffer().message,
      new errors.codes.ERR_WORKER_HANDLE_NOT_TRANSFERABLE('net.Socket').message,
      new errors.codes.ERR_SOCKET_CONNECTION_TIMEOUT('example.com:443', 5000).message,
      new errors.codes.ERR_PROXY_PROTOCOL_TIMEOUT(5000).message,
      new errors.codes.ERR_SOCKET_ON_IO_THREAD('transfer()').message,
      new errors.codes.ERR_INVALID_ADDRESS_FAMILY(5, 'example.com', 80).message,
      new errors.codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM('getTCPInfo()').message,
      new errors.codes.ERR_IP_BLOCKED('192.0.2.1').message,
      new errors.codes.ERR_INVALID_FD_TYPE('FILE').message,
      new errors.codes.ERR_INVALID_IP_ADDRESS(undefined).message,
      new errors.codes.ERR_SOCKET_BAD_PORT('options.port', 70000).message,
      new errors.codes.ERR_MISSING_ARGS(['options', 'port', 'path']).message,
      new errors.codes.ERR_MISSING_ARGS('options.proxyProtocol.trusted').message,
    ];
    assert.deepStrictEqual(missing(UNBROKEN, [...fixed, ...others]), []);
  });

  it('has each reason that the message of an argument, of a socket in use or of a transfer ends with', () => {
    const given = /(?:invalidArgValue|codes\.(?:ERR_SOCKET_IN_USE|ERR_WORKER_HANDLE_NOT_TRANSFERABLE))\(([^;]*?)\);/g;
    const returned = /return 'it is [^']*'|return '[^']* has its connection'/g;
    const refused = /\brefuse\((?:options, \w+, )?'([^']*)'\)/g;
    const reasons = [...LIB.matchAll(given)]
      .map(([, args]) => /'([^'\n]{8,})',?\s*$/.exec(args.trim())?.[1])
      .filter((reason) => reason !== undefined && / /.test(reason));
    for (const [line] of LIB.matchAll(returned)) reasons.push(line.slice("return '".length, -1));
    for (const [, reason] of LIB.matchAll(refused)) reasons.push(reason);
    assert.ok(reasons.length > 20, String(reasons.length));
    assert.deepStrictEqual(missing(UNBROKEN, reasons), []);
  });

  it('has each fault of a header of the PROXY protocol', () => {
    const faults = [...LIB.matchAll(/\[PROXY_ERROR\.\w+\]: '([^']+)'/g)].map(([, fault]) => fault);
    assert.ok(faults.length > 10);
    assert.deepStrictEqual(missing(UNBROKEN, faults), []);
  });

  it('each entry has a message, a cause and a cure', () => {
    const entries = TEXT.split(/^(?=##+ )/m).filter((part) => /^### /.test(part) && !part.startsWith('### ERR_INVALID_ARG_VALUE'));
    const bare = entries.filter((part) => {
      const [messages, causes, cures] = ['Message', 'Cause', 'Cure'].map((word) => part.split(`**${word}**`).length);
      return messages < 2 || messages !== causes || causes !== cures;
    });
    assert.deepStrictEqual(bare.map((part) => part.split('\n')[0]), []);
  });
});
