'use strict';
// proxyquire: a module whose net is partly another, and one that is loaded anew each time.

const proxyquire = require('proxyquire').noPreserveCache();

const exercise = require('./exercise.cjs');

const isIP = () => 'a stub';
const stubbed = proxyquire('./user.cjs', { cnet: { isIP } });
const anew = proxyquire('./user.cjs', {});

(async () => {
  console.log(stubbed.net.isIP('x'));
  console.log(await exercise({ ...stubbed.net, isIP: anew.net.isIP }));
  console.log(await exercise(anew.net));
})();
