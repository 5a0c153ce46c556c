/** Fastify 5 over a server factory, and with the server that it makes itself. */
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

compareWithNode(
  'fastify-own',
  [
    { path: '/' },
    { path: '/early' },
    { path: '/trailers', headers: { TE: 'trailers' } },
    { path: '/injected' },
    { path: '/nowhere' },
    { path: '/', method: 'POST' },
    { path: '/log' },
  ],
  { modes: ['registered'] },
);
