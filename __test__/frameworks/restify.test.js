/** restify 11: its routes, its parsers, and the answers to its errors. */
'use strict';

const { compareWithNode } = require('./compare');

const json = { 'Content-Type': 'application/json' };
const [major] = process.versions.node.split('.').map(Number);

compareWithNode(
  'restify',
  [
    { path: '/' },
    { path: '/', method: 'HEAD' },
    { path: '/hello/you?a=1' },
    { path: '/hello/you', headers: { 'Accept-Encoding': 'gzip' } },
    { path: '/echo', method: 'POST', headers: json, body: '{"a":1}' },
    { path: '/echo', method: 'POST', headers: json, body: '{broken' },
    { path: '/raw' },
    { path: '/fails' },
    { path: '/nowhere' },
  ],
  {
    modes: ['registered'],
    skip: major >= 24 && 'restify 11 asks for a binding that Node 24 does not give away',
  },
);
