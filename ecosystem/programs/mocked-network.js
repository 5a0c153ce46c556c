/** msw 3, nock 15, and the interceptors of both: mocked answers, and what passes them by, on lent handles. */
'use strict';

const http = require('node:http');
const https = require('node:https');
const { cert, key } = require('../../__test__/agent/tls-fixture');

const CONTENT = 'x'.repeat(300_000);

function answer(req, res) {
  if (req.url === '/cut')
    return void res.writeHead(200, { 'Content-Length': 9 }).write('cut', () => res.destroy());
  if (req.url === '/reset') return void req.socket.destroy();
  if (req.url !== '/silent') req.pipe(res);
}

/** What a request and its socket tell, in their order. */
async function tell(url, { content, ...options } = {}) {
  const log = [];
  const { request } = url.startsWith('https') ? https : http;
  const req = request(url, { method: 'POST', rejectUnauthorized: false, ...options });
  req.on('socket', (socket) => {
    for (const event of ['connect', 'secureConnect', 'error'])
      socket.on(event, () => log.push(`socket ${event}`));
  });
  req.on('timeout', () => req.destroy());
  req.on('error', ({ code }) => log.push(code));
  req.on('response', async (res) => {
    let length = 0;
    try {
      for await (const chunk of res) length += chunk.length;
    } catch ({ code }) {
      log.push(code);
    }
    log.push(`${res.statusCode}, ${length} bytes`);
  });
  req.end(content);
  await new Promise((resolve) => req.on('close', resolve));
  return log;
}

async function intercepted(bases) {
  const { HttpRequestInterceptor } = await import('@mswjs/interceptors/http');
  const interceptor = new HttpRequestInterceptor();
  interceptor.apply();
  interceptor.on('request', ({ request, controller }) => {
    if (request.url.includes('mocked.test')) controller.respondWith(new Response('mocked'));
  });
  const seen = {};
  for (const [name, base] of Object.entries(bases)) {
    const { Agent } = name === 'https' ? https : http;
    const agent = new Agent({ keepAlive: true });
    seen[name] = [
      await tell(`${base}/`, { content: 'content' }),
      await tell(`${base}/`, { content: CONTENT, agent: false }),
      await tell(`${base}/cut`),
      await tell(`${base}/reset`),
      await tell(`${base}/silent`, { timeout: 100 }),
      await tell(`${name}://mocked.test/`),
      await tell(`${base}/`, { content: '1', agent }),
      await tell(`${base}/`, { content: '2', agent }),
      await tell(`${name}://mocked.test/`, { agent }),
    ];
    agent.destroy();
  }
  interceptor.dispose();
  seen.after = await tell(`${bases.http}/`, { content: 'content' });
  return seen;
}

async function withMsw(base, { failureOf, send }) {
  const { HttpResponse, http: rest, passthrough } = await import('msw');
  const { setupServer } = await import('msw/node');
  const mocks = setupServer(
    rest.get('http://mocked.test/json', () => HttpResponse.json({ a: 1 }, { status: 202 })),
    rest.get('http://mocked.test/fails', () => HttpResponse.error()),
    rest.put(`${base}/passed`, () => passthrough()),
  );
  mocks.listen({ onUnhandledRequest: 'bypass' });
  const seen = {
    json: await send('http://mocked.test/json'),
    failing: (await failureOf(send('http://mocked.test/fails'))).message,
    passed: (await send(`${base}/passed`, { method: 'PUT', content: CONTENT })).text === CONTENT,
    bypassed: await send(`${base}/bypassed`, { method: 'POST', content: 'y' }),
  };
  mocks.close();
  return seen;
}

async function withNock(base, { failureOf, send }) {
  const { default: nock } = await import('nock');
  nock('http://mocked.test').get('/a?b=c').reply(201, 'mocked', { 'X-A': 'b' });
  const seen = {
    got: await send('http://mocked.test/a?b=c'),
    passed: (await send(base, { method: 'POST', content: CONTENT })).text === CONTENT,
  };
  nock.disableNetConnect();
  seen.refused = await failureOf(send(base));
  nock.restore();
  return seen;
}

module.exports = async function run(tools) {
  const server = http.createServer(answer);
  const secure = https.createServer({ cert, key }, answer);
  const bases = { http: await tools.listen(server) };
  bases.https = (await tools.listen(secure)).replace('http:', 'https:');
  const seen = {
    interceptors: await intercepted(bases),
    msw: await withMsw(bases.http, tools),
    nock: await withNock(bases.http, tools),
  };
  for (const one of [server, secure]) one.close();
  return seen;
};
