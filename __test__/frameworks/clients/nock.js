/** nock: it puts requests of its own in the place of ClientRequest. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const nock = require('nock');
const { contentOf } = require('../../support/events');

module.exports = async function ask({ base, failureOf }) {
  const send = async (url, options = {}, content) => {
    const req = http.request(url, options);
    req.end(content);
    const [res] = await once(req, 'response');
    const text = `${await contentOf(res)}`;
    return { text, status: res.statusCode, headers: res.headers };
  };
  nock('http://mocked.test')
    .get('/a?b=c')
    .reply(201, 'mocked', { 'X-A': 'b' })
    .post('/echo', { x: 1 })
    .reply(200, (_uri, body) => body)
    .get('/fails')
    .replyWithError('mocked failure');
  const got = await send('http://mocked.test/a?b=c');
  assert.strictEqual(got.text, 'mocked');
  const posted = await send(
    'http://mocked.test/echo',
    { method: 'POST', headers: { 'Content-Type': 'application/json' } },
    '{"x":1}',
  );
  const result = {
    got: [got.status, got.headers['x-a']],
    posted: posted.text,
    failing: await failureOf(send('http://mocked.test/fails')),
    isDone: nock.isDone(),
    passed: (await send(`${base}/text`)).text,
  };
  nock.disableNetConnect();
  result.refused = await failureOf(send(`${base}/text`));
  nock.restore();
  nock.enableNetConnect();
  result.restored = (await send(`${base}/text`)).text;
  return result;
};
