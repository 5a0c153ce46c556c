/** Express 5: it re-parents each request and answer to prototypes that inherit from Node's. */
'use strict';

const { compareWithNode } = require('./compare');

const json = { 'Content-Type': 'application/json' };

compareWithNode('express', [
  { path: '/' },
  { path: '/', method: 'HEAD' },
  { path: '/', method: 'OPTIONS' },
  { path: '/', headers: { 'If-None-Match': 'W/"b-oLH6JDbOJqUQzFwJ2K0GCMrbg8s"' } },
  { path: '/json?a=1&b[]=2', headers: { 'X-Requested-With': 'XMLHttpRequest' } },
  {
    path: '/echo',
    method: 'POST',
    headers: json,
    body: JSON.stringify({ text: 'ü'.repeat(5000) }),
  },
  { path: '/echo', method: 'POST', headers: json, body: '{broken' },
  { path: '/echo', method: 'POST', headers: json, body: JSON.stringify('x'.repeat(200_000)) },
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
  { path: '/late' },
  { path: '/download' },
  { path: '/files/' },
  { path: '/files/data.txt', headers: { Range: 'bytes=3-7' } },
  { path: '/files/data.txt', headers: { Range: 'bytes=90-' } },
  { path: '/throws' },
  { path: '/rejects' },
  { path: '/nowhere' },
]);
