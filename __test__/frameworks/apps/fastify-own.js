/** A Fastify 5 application that makes its server itself, with hooks and an injected request. */
'use strict';

const Fastify = require('fastify');

module.exports = async () => {
  const app = Fastify({ requestTimeout: 30_000, keepAliveTimeout: 3000, return503OnClosing: true });
  const log = [];
  app.addHook('onRequest', async (req) => log.push(`begun ${req.url}`));
  app.addHook('onResponse', async (req, reply) => log.push(`${reply.statusCode} ${req.url}`));
  app.get(
    '/',
    { schema: { response: { 200: { properties: { a: { type: 'number' } } } } } },
    () => ({
      a: 1,
      hidden: true,
    }),
  );
  app.get('/early', async (_req, reply) => {
    reply.raw.writeEarlyHints?.({ link: '</a.css>; rel=preload' });
    return reply.header('X-A', 'b').send('after hints');
  });
  app.get('/trailers', async (_req, reply) => {
    reply.trailer('X-Sum', async () => 'ten');
    return reply.send('with a trailer');
  });
  app.get('/injected', async () => {
    const { statusCode, headers, body } = await app.inject('/early');
    return { statusCode, type: headers['content-type'], a: headers['x-a'], body };
  });
  app.get('/log', async () => log.splice(0).filter((line) => !line.includes('/log')));
  await app.ready();
  return app.server;
};
