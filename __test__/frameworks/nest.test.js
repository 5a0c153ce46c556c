/** NestJS 12 on its Express adapter. */
'use strict';

const { compareWithNode } = require('./compare');

const json = { 'Content-Type': 'application/json' };

compareWithNode('nest', [
  { path: '/cats' },
  { path: '/cats', method: 'HEAD' },
  { path: '/cats/one/Tom?times=2' },
  { path: '/cats/one/nobody' },
  { path: '/cats', method: 'POST', headers: json, body: JSON.stringify({ name: 'Ü' }) },
  { path: '/cats', method: 'POST', headers: json, body: '{broken' },
  { path: '/cats/stream', headers: { Accept: 'text/event-stream' } },
  { path: '/cats/later' },
  { path: '/cats/file' },
  { path: '/nowhere' },
]);
