'use strict';
// pg.js: an operation is a query over TLS that gives `rows` rows.

const { Pool } = require('pg');

const { obey, options } = require('../program.js');

const pool = new Pool({
  host: '127.0.0.1',
  port: options.port,
  user: 'bench',
  database: 'postgres',
  max: options.atOnce,
  ssl: { rejectUnauthorized: false },
});

obey(() => pool.query('SELECT i, md5(i::text) FROM generate_series(1, $1) AS i', [options.rows]), options.atOnce);
