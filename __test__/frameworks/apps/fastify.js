/** A Fastify 5 application with a server factory, its documented way to another http module. */
'use strict';

const { Readable } = require('node:stream');
const Fastify = require('fastify');

module.exports = async (http) => {
  let server;
  const app = Fastify({
    serverFactory(handler) {
      server = http.createServer(handler);
      return server;
    },
  });
  const answer = {
    response: {
      200: { type: 'object', properties: { name: { type: 'string' }, n: { type: 'number' } } },
    },
  };
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-route', request.routeOptions.url);
  });
  app.get('/', async () => 'home');
  app.get('/json', { schema: answer }, async (request) => ({
    name: request.query.name,
    n: 3,
    hidden: 1,
  }));
  app.post('/echo', async (request, reply) => reply.code(201).send(request.body));
  app.get('/stream', (_request, reply) => {
    reply.type('text/plain').send(Readable.from(['one ', 'two ', 'three']));
  });
  app.get('/raw', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(203, 'By Hand', { 'X-By': 'hand' });
    reply.raw.end('raw');
  });
  app.get('/away', async (_request, reply) => reply.redirect('/json'));
  app.get('/throws', async () => {
    throw Object.assign(new Error('on purpose'), { statusCode: 418 });
  });
  await app.ready();
  return server;
};
