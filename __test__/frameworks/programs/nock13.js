/** nock 13: it replaces request, get and ClientRequest by what it makes of http's prototypes. */
'use strict';

const http = require('node:http');
const nock = require('nock13');

module.exports = async function run({ failureOf, listen, send }) {
  const real = http.createServer((req, res) => res.end(`real ${req.url}`));
  const base = await listen(real);
  const scope = nock('http://mocked.test')
    .get('/a?b=c')
    .reply(201, 'mocked', { 'X-A': 'b' })
    .post('/echo', { x: 1 })
    .reply(200, (_uri, body) => body)
    .get('/fails')
    .replyWithError('mocked failure')
    .get('/late')
    .delay(20)
    .reply(200, 'late');
  const json = { 'Content-Type': 'application/json' };
  const seen = {
    got: await send('http://mocked.test/a?b=c'),
    posted: await send('http://mocked.test/echo', {
      method: 'POST',
      headers: json,
      content: '{"x":1}',
    }),
    failing: await failureOf(send('http://mocked.test/fails')),
    late: await send('http://mocked.test/late'),
    done: scope.isDone(),
    passed: (await send(`${base}/passed`)).text,
  };
  nock('http://mocked.test').get('/instance').reply(200, 'instance');
  const made = new http.ClientRequest('http://mocked.test/instance');
  made.end();
  await new Promise((resolve) => made.on('response', (res) => res.resume().on('end', resolve)));
  seen.instance = made instanceof http.ClientRequest;
  nock.disableNetConnect();
  seen.refused = await failureOf(send(`${base}/refused`));
  nock.restore();
  nock.enableNetConnect();
  seen.restored = (await send(`${base}/restored`)).text;
  real.close();
  return seen;
};
