'use strict';
// What the programs here have in common. PORT is that of a server in another process, which answers with what it was
// asked for: an answer that begins with `real` has left the process.

const fs = require('node:fs');
const http = require('node:http');

const { PORT } = process.env;

exports.port = Number(PORT);
exports.real = `http://127.0.0.1:${PORT}`;

exports.say = (...words) => fs.writeSync(1, `${words.join(' ')}\n`);

exports.text = async (stream) => {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
};

/** Status and text of an answer, or what has failed. */
exports.get = (url, options = {}, module = http) => new Promise((resolve) => {
  const fail = (error) => resolve(`failed: ${error.code ?? error.message}`);
  try {
    const agent = new module.Agent({ rejectUnauthorized: false });
    module
      .get(url, { agent, ...options }, async (response) =>
        resolve(`${response.statusCode} ${await exports.text(response)}`),
      )
      .on('error', fail);
  } catch (error) {
    fail(error);
  }
});

/** Runs a program, and ends the process: keep-alive connections of agents are left. */
exports.main = (program) => program().then(() => process.exit(0));
