/** A hapi 21 application on a listener that it is given. */
'use strict';

const { Readable } = require('node:stream');
const Hapi = require('@hapi/hapi');

module.exports = async (http) => {
  const listener = http.createServer();
  const server = Hapi.server({ listener, autoListen: false, debug: false });
  server.route([
    { method: 'GET', path: '/', handler: () => 'home' },
    { method: 'GET', path: '/json', handler: ({ query, info }) => ({ query, host: info.host }) },
    { method: 'POST', path: '/echo', handler: ({ payload }, h) => h.response(payload).code(201) },
    {
      method: 'POST',
      path: '/raw',
      options: { payload: { parse: false, output: 'stream' } },
      handler: ({ payload }) => payload,
    },
    { method: 'GET', path: '/stream', handler: () => Readable.from(['one ', 'two ', 'three']) },
    { method: 'GET', path: '/away', handler: (_req, h) => h.redirect('/json') },
    { method: 'GET', path: '/cookie', handler: (_req, h) => h.response('set').state('a', 'b') },
    { method: 'GET', path: '/bytes', handler: (_req, h) => h.response('0123456789').etag('tag') },
    {
      method: 'GET',
      path: '/throws',
      handler: () => {
        throw new Error('on purpose');
      },
    },
    {
      method: 'GET',
      path: '/by-hand',
      handler: (req, h) => {
        req.raw.res.writeHead(203, { 'X-By': 'hand' });
        req.raw.res.end('written by hand');
        return h.abandon;
      },
    },
    {
      method: 'GET',
      path: '/injected',
      handler: async () => {
        const { statusCode, headers, payload } = await server.inject({
          url: '/json?from=inside',
          headers: { host: 'inside.test' },
        });
        return { statusCode, type: headers['content-type'], payload };
      },
    },
  ]);
  await server.initialize();
  return listener;
};
