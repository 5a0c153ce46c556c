/** Express 4: as Express 5, with middleware and router of its own. */
'use strict';

const { compareWithNode } = require('./compare');

const json = { 'Content-Type': 'application/json' };

compareWithNode('express4', [
  { path: '/' },
  { path: '/', method: 'HEAD' },
  { path: '/json?a=1&b[]=2' },
  { path: '/echo', method: 'POST', headers: json, body: JSON.stringify({ text: 'ü'.repeat(99) }) },
  { path: '/echo', method: 'POST', headers: json, body: '{broken' },
  {
    path: '/form',
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'a=1&b=two',
  },
  { path: '/raw', method: 'POST', body: Buffer.alloc(300_000, 'raw') },
  { path: '/cookie' },
  { path: '/away' },
  { path: '/stream' },
  { path: '/download' },
  { path: '/files/data.txt', headers: { Range: 'bytes=3-7' } },
  { path: '/throws' },
  { path: '/nowhere' },
]);
