/** Fastify 5 over a server factory. */
'use strict';

const { compareWithNode } = require('./compare');

const json = { 'Content-Type': 'application/json' };

compareWithNode('fastify', [
  { path: '/' },
  { path: '/', method: 'HEAD' },
  { path: '/json?name=x' },
  { path: '/echo', method: 'POST', headers: json, body: JSON.stringify({ a: [1, 2, 3] }) },
  { path: '/echo', method: 'POST', headers: json, body: '{broken' },
  { path: '/echo', method: 'POST', headers: { 'Content-Type': 'text/odd' }, body: 'x' },
  { path: '/echo', method: 'POST', headers: json, body: JSON.stringify('x'.repeat(2 << 20)) },
  { path: '/stream' },
  { path: '/raw' },
  { path: '/away' },
  { path: '/throws' },
  { path: '/nowhere' },
]);
