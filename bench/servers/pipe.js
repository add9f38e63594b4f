'use strict';
// pipe.js: what comes goes back, by socket.pipe(socket).

const { serve } = require('./serve.js');

serve((socket) => socket.pipe(socket));
