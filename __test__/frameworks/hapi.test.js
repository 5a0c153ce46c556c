/** hapi 21: it marshals answers itself, watches each socket, and injects requests without one. */
'use strict';

const { compareWithNode } = require('./compare');

const json = { 'Content-Type': 'application/json' };

compareWithNode('hapi', [
  { path: '/' },
  { path: '/', method: 'HEAD' },
  { path: '/json?a=1&a=2' },
  { path: '/echo', method: 'POST', headers: json, body: JSON.stringify({ a: [1, 'ü'] }) },
  { path: '/echo', method: 'POST', headers: json, body: '{broken' },
  { path: '/echo', method: 'POST', headers: json, body: JSON.stringify('x'.repeat(2 << 20)) },
  { path: '/raw', method: 'POST', body: Buffer.alloc(300_000, 'raw') },
  { path: '/stream' },
  { path: '/away' },
  { path: '/cookie' },
  { path: '/bytes', headers: { Range: 'bytes=2-4' } },
  { path: '/bytes', headers: { 'If-None-Match': '"tag"' } },
  { path: '/bytes', headers: { 'Accept-Encoding': 'gzip' } },
  { path: '/throws' },
  { path: '/by-hand' },
  { path: '/injected' },
  { path: '/nowhere' },
]);
