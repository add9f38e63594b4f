'use strict';
// echo.js: what comes goes back. No care for back-pressure: the load has a bounded number of messages on its way.

const { options, serve } = require('./serve.js');

serve((socket) => {
  if (options.timeout) socket.setTimeout(options.timeout, () => socket.destroy());
  socket.on('data', (chunk) => socket.write(chunk));
});
