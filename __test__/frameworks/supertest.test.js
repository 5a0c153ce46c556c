/** supertest: it makes an application listen by itself, and asks it. */
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const express = require('express');
const request = require('supertest');
const http = require('../support/subject');

const limit = { timeout: 60_000 };

const app = express();
app.get('/json', (req, res) => res.json({ name: req.query.name }));
app.post('/echo', express.json(), (req, res) => res.status(201).send(req.body));
app.get('/away', (_req, res) => res.redirect('/json?name=there'));

for (const [what, subject] of [
  ['a server of ours', () => http.createServer(app)],
  ['a server of ours that listens', () => http.createServer(app).listen(0)],
]) {
  test(`supertest with ${what}`, limit, async (t) => {
    const server = subject();
    t.after(() => server.listening && server.close());
    await request(server)
      .get('/json?name=x')
      .expect('Content-Type', /json/)
      .expect(200, { name: 'x' });
    await request(server)
      .post('/echo')
      .send({ a: [1] })
      .expect(201, { a: [1] });
    await request(server).get('/nowhere').expect(404);
    const { redirects, body } = await request(server).get('/away').redirects(1);
    assert.strictEqual(redirects.length, 1);
    assert.deepStrictEqual(body, { name: 'there' });
  });
}

test('an agent that keeps cookies', limit, async () => {
  const server = http.createServer((req, res) => {
    if (req.url === '/set') res.setHeader('Set-Cookie', ['a=1', 'b=2; Path=/']);
    res.end(req.headers.cookie ?? 'none');
  });
  const agent = request.agent(server);
  const first = await agent.get('/set').buffer(true).parse(text);
  assert.strictEqual(first.body, 'none');
  const second = await agent.get('/get').buffer(true).parse(text);
  assert.strictEqual(second.body, 'a=1; b=2');
});

function text(res, callback) {
  let all = '';
  res.setEncoding('utf8');
  res.on('data', (chunk) => {
    all += chunk;
  });
  res.on('end', () => callback(null, all));
}
