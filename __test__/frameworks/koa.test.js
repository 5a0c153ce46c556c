/** Koa 3: it wraps request and answer instead of extending them, and watches for the end of both. */
'use strict';

const { compareWithNode } = require('./compare');

compareWithNode('koa', [
  { path: '/' },
  { path: '/', method: 'HEAD' },
  { path: '/json?a=1&a=2' },
  {
    path: '/echo',
    method: 'POST',
    headers: { 'Content-Type': 'text/plain' },
    body: 'x'.repeat(100_000),
  },
  { path: '/echo', method: 'PUT' },
  { path: '/stream' },
  { path: '/stream', method: 'HEAD' },
  { path: '/empty' },
  { path: '/away' },
  { path: '/cookie' },
  { path: '/throws' },
  { path: '/breaks' },
  { path: '/nowhere' },
]);
