// The site of the documentation: `npm run docs` makes its pages, and VitePress builds the site from them.

import { readFileSync } from 'node:fs';

import reference from '../make/reference.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const page = (text, link) => ({ text, link });

const USE = [
  page('Overview', '/'),
  page('Under your program', '/use-it'),
  page('Move to cnet and back', '/move'),
  page('Cookbook', '/cookbook'),
  page('Examples', '/examples'),
  page('Troubleshooting', '/troubleshooting'),
  page('Tools around it', '/surroundings'),
];

const API = [
  page('Contents', '/api/'),
  page('Functions', '/api/functions'),
  page('Server', '/api/server'),
  page('Socket', '/api/socket'),
  page('BlockList', '/api/blocklist'),
  page('SocketAddress', '/api/socketaddress'),
  page('BoundSocket', '/api/boundsocket'),
  page('cnet/promises', '/api/promises'),
  page('Transfer to other threads', '/api/transfer-to-other-threads'),
  page('Other modules', '/api/other-modules-of-the-package'),
  page('Errors', '/api/errors'),
  page('Diagnostics', '/api/diagnostics'),
  page('Not in Node', '/api/not-in-node'),
  page("Not in Node's documents", '/api/not-in-nodes-documents'),
];

const BEYOND = [
  page('All features', '/beyond'),
  page('Connection racing', '/beyond/connection-racing'),
  page('Time limits', '/beyond/time-limits'),
  page('Graceful shutdown', '/beyond/shutdown'),
  page('Accept control', '/beyond/accept-control'),
  page('PROXY protocol', '/beyond/proxy-protocol'),
  page('Files: sendFile()', '/beyond/send-file'),
  page('Relay: splice()', '/beyond/splice'),
  page('Socket options', '/beyond/socket-options'),
  page('TCP_INFO', '/beyond/tcp-info'),
  page('Peer credentials', '/beyond/credentials'),
  page('Descriptors', '/beyond/descriptors'),
  page('Socket files', '/beyond/socket-files'),
  page('Reads without allocation', '/beyond/server-onread'),
  page('Fast Open and multipath', '/beyond/fast-open-and-multipath'),
  page('I/O threads (an experiment)', '/beyond/io-threads'),
];

const FACTS = [
  page('Differences from node:net', '/differences'),
  page('Compared with others', '/compared'),
  page('Versions and support', '/versioning'),
  page('Platforms', '/platforms'),
  page('Performance', '/performance'),
  page('Programs', '/programs'),
  page('Conformance', '/conformance'),
  page('Reliability', '/reliability'),
  page('Security', '/security'),
  page('Reporting a vulnerability', '/reporting'),
  page('Changelog', '/changelog'),
];

const INSIDE = [
  page('Architecture', '/architecture'),
  page('Contributing', '/contributing'),
  page('Packaging', '/packaging'),
];

export default {
  title: 'cnet',
  description: "A drop-in replacement for Node's net module, written in C",
  lang: 'en',
  srcDir: 'pages',
  outDir: 'dist',
  base: process.env.DOCS_BASE ?? '/',
  markdown: { anchor: { slugify: reference.slug } }, // the same anchors as on GitHub, so links work on both
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Use it', '/use-it'),
      page('API', '/api/'),
      page('Cookbook', '/cookbook'),
      page('Troubleshooting', '/troubleshooting'),
      page(version, '/changelog'),
    ],
    sidebar: [
      { text: 'Use it', items: USE },
      { text: 'API', items: API },
      { text: 'Beyond net', items: BEYOND, collapsed: true },
      { text: 'Facts', items: FACTS, collapsed: true },
      { text: 'Inside', items: INSIDE, collapsed: true },
    ],
  },
};
