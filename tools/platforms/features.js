'use strict';
// features.js: the rows of the table of docs/platforms.md, and which tests say whether a platform has each.

/** Reasons that are of the machine on which the tests ran, or of its Node, and not of the platform. */
const NOT_OF_PLATFORM = new RegExp([
  / is not there$/, /^this Node /, /^not with this Node$/, /^Node /, /^needs (root|CAP_)/, / are needed$/,
  /^cnet has them alone$/, /^no --network-/, /^pipes of Windows$/, /^all is duplicated here$/, /^cc does not /, / is not 1$/, /is no address here$/,
].map(({ source }) => source).join('|'));

/**
 * By the name of a row: the files of tests, without `test/` and `.test.js`, and the words of titles if only some tests
 * of these files are meant.
 * @type {Array<{ name: string, files: RegExp, titles?: RegExp }>}
 */
const FEATURES = [
  {
    name: 'the API of `node:net`',
    files: /^api\/(address-texts|async|callbacks|diag|inspect|ip$|late-lives|lives|protocols|small|soc.*(ess|ate)|st)/,
  },
  { name: 'scenarios that end as with `node:net`', files: /^node\/differential$/ },
  { name: 'connecting, several addresses', files: /^api\/(connect|families)$/ },
  { name: 'racing (`connectionAttemptDelay`)', files: /^beyond\/race$/ },
  { name: 'paths', files: /^(api|beyond\/matrix)\//, titles: /\bpaths?\b|\bpipes?\b|Unix socket/ },
  { name: '`readableAll`, `writableAll`', files: /^(api|beyond|processes)\//, titles: /readableAll|writableAll/ },
  { name: '`mode`, `unlinkStale`', files: /^beyond\/(socket-files|file-)/ },
  { name: '`listen({ fd })`, `new Socket({ fd })`', files: /^(api|processes)\//, titles: /\{ fd \}/ },
  { name: 'handles of Node’s', files: /^api\/given-handles$/ },
  { name: '`BoundSocket`', files: /^api\/bound-socket$/ },
  { name: '`reusePort`', files: /^(api|processes)\//, titles: /reusePort/ },
  { name: 'socket options', files: /^(api|beyond)\/socket-options$/ },
  { name: '`getTCPInfo()`', files: /^beyond\/tcp-info$/ },
  { name: 'resets', files: /^(api|node)\//, titles: /\breset|ECONNRESET/ },
  { name: 'time limits', files: /^(api\/timeouts|beyond\/connect-timeout)$/ },
  { name: 'block lists', files: /^api\/block-list/ },
  { name: 'PROXY protocol', files: /^beyond\/(proxy-protocol|early-header)$/ },
  { name: 'limits of servers', files: /^beyond\/accept-control$/ },
  { name: '`shutdown()`', files: /^beyond\/shutdown$/ },
  { name: '`cnet/promises`, `for await`', files: /^api\/promises/ },
  { name: '`sendFile()`', files: /^beyond\/send-file$/ },
  { name: '`splice()`', files: /^beyond\/splice$/ },
  { name: 'the first bytes (`peek()`)', files: /^beyond\/first-bytes$/ },
  { name: 'features in pairs', files: /^beyond\/matrix\// },
  { name: 'workers of a cluster', files: /^(processes|node-internals)\/cluster$/ },
  { name: 'sending to child processes', files: /^(processes\/(child-process|bound-socket-send)|register\/register-send)$/ },
  { name: '`transfer()` to threads', files: /^processes\/(transfer|tokens)$/ },
  { name: '`fastOpen`, `multipath`', files: /^beyond\/opening$/ },
  { name: '`getPeerCredentials()`, `allowedUids`', files: /^beyond\/credentials$/ },
  { name: 'descriptors among the bytes', files: /^beyond\/(descriptors|pipe-end)$/ },
  { name: 'I/O threads', files: /^beyond\/io-threads/ },
  { name: '`cnet/register`', files: /^register\/(register(-both|-late|-mocks|-tls.*)?|stand-in)$/ },
  { name: '`cnet/register-http`', files: /^register\/(register-http.*|http-parser)$/ },
  { name: 'TLS, http and http2 over it', files: /^node\/(http|http2|tls|late-tls)$/ },
  { name: 'crashes, exits, threads that end', files: /^processes\/(crash.*|teardown|workers)$/ },
  { name: 'hostile use', files: /^robustness\// },
];

const shortName = (file) => file.replace(/^test\//, '').replace(/\.test\.js$/, '');

/** @returns {FEATURES} the rows of which a file has tests */
const featuresOf = (file) => FEATURES.filter(({ files }) => files.test(shortName(file)));

module.exports = { FEATURES, NOT_OF_PLATFORM, featuresOf, shortName };
