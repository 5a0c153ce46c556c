/** A Koa 3 application as its users write it. */
'use strict';

const { Readable } = require('node:stream');
const Koa = require('koa');

const routes = {
  '/': (ctx) => {
    ctx.body = 'home';
  },
  '/json': (ctx) => {
    ctx.body = { query: ctx.query, method: ctx.method, length: ctx.request.length ?? null };
  },
  '/echo': async (ctx) => {
    const chunks = [];
    for await (const chunk of ctx.req) chunks.push(chunk);
    ctx.status = 201;
    ctx.type = ctx.get('content-type');
    ctx.body = Buffer.concat(chunks);
  },
  '/stream': (ctx) => {
    ctx.body = Readable.from(['one ', 'two ', 'three']);
  },
  '/empty': (ctx) => {
    ctx.status = 204;
  },
  '/away': (ctx) => ctx.redirect('/json'),
  '/cookie': (ctx) => {
    ctx.cookies.set('a', '1');
    ctx.cookies.set('b', '2', { httpOnly: false });
    ctx.body = 'set';
  },
  '/throws': (ctx) => ctx.throw(418, 'on purpose'),
  '/breaks': () => {
    throw new Error('not shown to the client');
  },
};

module.exports = (http) => {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    await next();
    ctx.set('X-Route', `${ctx.method} ${ctx.path}`);
  });
  app.use(async (ctx) => await routes[ctx.path]?.(ctx));
  return http.createServer(app.callback());
};
