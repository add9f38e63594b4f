'use strict';

const js = require('@eslint/js');
const globals = require('globals');

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
};

module.exports = [
  { ignores: ['build/', 'build-*/', '.cache/', 'coverage/', 'node_modules/'] },
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
  { files: ['test/**'], languageOptions: { globals: globals.mocha } },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
];
