'use strict';
// mysql.js: mysql2: an operation is a query over TLS that gives `rows` rows.

const { createPool } = require('mysql2/promise');

const { obey, options } = require('../program.js');

const pool = createPool({
  host: '127.0.0.1',
  port: options.port,
  user: 'bench',
  password: 'bench',
  database: 'bench',
  connectionLimit: options.atOnce,
  ssl: { rejectUnauthorized: false },
});

obey(() => pool.query(`SELECT seq, MD5(seq) FROM seq_1_to_${options.rows}`), options.atOnce);
