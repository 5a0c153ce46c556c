/** The same under a framework that does little. */
export const title = 'Fastify 5: GET, 13 bytes back';
export const framework = 'fastify';

export const application = async (fastify) => {
  const app = fastify();
  app.get('/', async () => 'Hello, world!');
  await app.ready();
  return app.server;
};

export const answer = { status: 200, bytes: 13 };
