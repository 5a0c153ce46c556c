/** supertest: it makes an application listen by itself, and asks it. */
'use strict';

const express = require('express');
const Koa = require('koa');
const request = require('supertest');

module.exports = async function run({ failureOf }) {
  const app = express();
  app.get('/json', (req, res) => res.json({ name: req.query.name }));
  app.post('/echo', express.json(), (req, res) => res.status(201).send(req.body));
  app.get('/away', (_req, res) => res.redirect('/json?name=there'));
  app.get('/login', (_req, res) => res.cookie('user', 'me').end());
  app.get('/me', (req, res) => res.send(req.headers.cookie));
  app.post('/upload', (req, res) => {
    let size = 0;
    req.on('data', (chunk) => {
      size += chunk.length;
    });
    req.on('end', () =>
      res.json({ size: size > 100_000, type: req.headers['content-type'].slice(0, 19) }),
    );
  });
  const koa = new Koa().use((ctx) => {
    ctx.body = { koa: ctx.path };
  });
  const agent = request.agent(app);
  await agent.get('/login').expect(200);
  return {
    json: (await request(app).get('/json?name=x').expect('Content-Type', /json/).expect(200)).body,
    echo: (
      await request(app)
        .post('/echo')
        .send({ a: [1] })
        .expect(201)
    ).body,
    away: (await request(app).get('/away').redirects(1)).body,
    missing: (await request(app).get('/nowhere').expect(404)).text.length,
    me: (await agent.get('/me')).text,
    upload: (await request(app).post('/upload').attach('file', Buffer.alloc(100_000), 'a.bin'))
      .body,
    koa: (await request(koa.callback()).get('/x').expect(200)).body,
    failing: await failureOf(request(app).get('/json').expect(500)),
  };
};
