'use strict';

// Tests that not every machine can run are left out, and say why.

const { spawnSync } = require('node:child_process');

const { SUBJECT } = require('./subject');

const tools = new Map();

/** Skips the test, or, from before(), the tests of its suite, and says why. */
function skip(test, reason) {
  const { test: runnable, currentTest } = test;
  if (runnable.type !== 'hook') runnable.title += ` (left out: ${reason})`;
  else if (runnable.originalTitle.startsWith('"before each"')) currentTest.title += ` (left out: ${reason})`;
  else runnable.parent.leftOut = reason; // for the reporter of tools/platforms
  test.skip();
}

/** Skips the test on Windows, which has no such thing. */
function needsPosix(test) {
  if (process.platform === 'win32') skip(test, 'not on Windows');
}

/** Skips the test when `tool` cannot be run. */
function needsTool(test, tool, args = ['--version']) {
  if (!tools.has(tool)) tools.set(tool, spawnSync(tool, args, { stdio: 'ignore' }).status === 0);
  if (!tools.get(tool)) skip(test, `${tool} is not there`);
}

/** Skips the test where `host` is no local address. */
function needsHost(test, host) {
  const nodeNet = require('node:net');
  const handle = nodeNet._createServerHandle(host, 0, nodeNet.isIP(host));
  if (typeof handle === 'number') skip(test, `${host} is no address here`);
  handle.close();
}

/** Skips the test where a handle of node:net's has no descriptor, by which another module could take it over. */
function needsNodeDescriptors(test) {
  const handle = require('node:net')._createServerHandle('127.0.0.1', 0, 4);
  const { fd } = handle;
  handle.close();
  if (fd < 0) skip(test, "handles of node:net's have no descriptors here");
}

/** Skips the test where what a server listens on by a path has no file. */
function needsFiles(test) {
  if (process.platform === 'win32') skip(test, 'pipes have no files on Windows');
}

/** Skips the test where Node sends no pipe to another process: libuv duplicates sockets alone on Windows. */
function needsSentPipes(test) {
  if (process.platform === 'win32') skip(test, 'Node sends no pipes to other processes on Windows');
}

/** Skips the test where the system does not let several sockets listen on one port. */
async function needsReusePort(test) {
  const server = require(SUBJECT).createServer();
  const error = await new Promise((resolve) => {
    server.once('error', resolve).listen({ port: 0, host: '127.0.0.1', reusePort: true }, () => server.close(resolve));
  });
  if (error) skip(test, `reusePort: ${error.code}`);
}

/** Skips the test where nothing but a connection over TCP can be duplicated. */
function needsDuplicates(test) {
  if (process.platform === 'win32') skip(test, 'nothing but connections over TCP is duplicated on Windows');
}

/** Skips the test where a socket has no such option: `error` is that of asking for it, or of setting it. */
function needsOption(test, error) {
  const isUnknown = ['ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'ENOPROTOOPT', 'ENOTSUP', 'EINVAL'].includes(error.code);
  if (!isUnknown) throw error;
  skip(test, error.message);
}

/** Skips the test where the system hands on too little of TCP_INFO: qemu has no more of an option than an int. */
function needsTCPInfo(test, socket) {
  if (socket.getTCPInfo().rttMicroseconds === undefined) skip(test, 'the system hands on no more of TCP_INFO than an int');
}

/** Skips the test on other systems than Linux. */
function needsLinux(test) {
  if (process.platform !== 'linux') skip(test, 'Linux only');
}

module.exports = {
  needsDuplicates, needsFiles, needsHost, needsLinux, needsNodeDescriptors, needsOption, needsPosix, needsReusePort,
  needsSentPipes, needsTCPInfo, needsTool, skip,
};
