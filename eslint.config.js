'use strict';

const js = require('@eslint/js');
const importX = require('eslint-plugin-import-x');
const globals = require('globals');

const noCycle = require('./tools/eslint/no-cycle.js');
const { privateNames, zones } = require('./tools/eslint/rooms.js');

const common = {
  'consistent-return': 'off',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-unused-vars': ['error', { args: 'after-used', argsIgnorePattern: '^_', caughtErrors: 'all' }],
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'no-throw-literal': 'error',
  'no-useless-rename': 'error',
  'no-empty': ['error', { allowEmptyCatch: true }],
  'max-len': [
    'error',
    { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true, ignoreUrls: true },
  ],
};

/** Timers and clocks that test runners replace: lib/ has its own, taken once. */
const TIMERS = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'queueMicrotask',
  'Date',
  'performance',
];
const CLOCKS = ['nextTick', 'hrtime', 'uptime'];
const TIMER_MODULES = ['timers', 'timers/promises', 'perf_hooks'];
const message = 'Take it from lib/common/timers.js, which test runners cannot replace.';

const ownTimers = {
  'no-restricted-globals': ['error', ...TIMERS.map((name) => ({ name, message }))],
  'no-restricted-properties': [
    'error',
    ...CLOCKS.map((property) => ({ object: 'process', property, message })),
    ...['globalThis', 'global'].flatMap((object) => TIMERS.map((property) => ({ object, property, message }))),
  ],
  'no-restricted-modules': [
    'error',
    { paths: TIMER_MODULES.flatMap((name) => [name, `node:${name}`]).map((name) => ({ name, message })) },
  ],
  'no-restricted-imports': [
    'error',
    { paths: TIMER_MODULES.flatMap((name) => [name, `node:${name}`]).map((name) => ({ name, message })) },
  ],
};

module.exports = [
  {
    ignores: [
      'build/', 'build-*/', '.cache/', 'coverage/', 'node_modules/',
      'website/dist/', 'website/pages/', 'website/.vitepress/cache/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { ecmaVersion: 2022, sourceType: 'commonjs', globals: globals.node },
    rules: { ...common, strict: ['error', 'global'] },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { ecmaVersion: 2022, sourceType: 'module', globals: globals.nodeBuiltin },
    rules: common,
  },
  { files: ['lib/**/*.js', 'lib/**/*.mjs'], ignores: ['lib/common/timers.js'], rules: ownTimers },
  {
    files: ['lib/**/*.js', 'lib/**/*.mjs'],
    plugins: { house: { rules: { 'no-cycle': noCycle } }, 'import-x': importX },
    rules: { 'house/no-cycle': 'error', 'import-x/no-restricted-paths': ['error', { basePath: __dirname, zones }] },
  },
  {
    files: ['lib/**/*.js', 'lib/*/**/*.mjs'], // the doors for `import` name what cnet itself exports
    ignores: ['lib/node-internals/**'],
    rules: { 'no-restricted-syntax': ['error', ...privateNames] },
  },
  { files: ['test/**'], languageOptions: { globals: globals.mocha } },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
];
