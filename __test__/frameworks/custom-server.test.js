/** A plain server that hands requests to a renderer, as custom servers of Next do. */
'use strict';

const { compareWithNode } = require('./compare');

compareWithNode('custom-server', [
  { path: '/a?b=c&b=d' },
  { path: '/a', method: 'HEAD' },
  { path: '/page', headers: { 'Accept-Encoding': 'gzip' } },
  { path: '/missing' },
  { path: '/static/data.txt' },
  { path: '/api/echo', method: 'POST', body: 'x'.repeat(200_000) },
  { path: '/api/echo', method: 'POST', headers: { Expect: '100-continue' }, body: 'expected' },
  { path: '/api/fails' },
]);
