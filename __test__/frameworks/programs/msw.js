/** msw 2: its interceptors answer requests of http.request before they reach a network. */
'use strict';

const http = require('node:http');
const { HttpResponse, http: rest, passthrough } = require('msw');
const { setupServer } = require('msw/node');

module.exports = async function run({ failureOf, listen, send }) {
  const real = http.createServer((req, res) => req.pipe(res));
  const base = await listen(real);
  const mocks = setupServer(
    rest.get('http://mocked.test/json', () => HttpResponse.json({ a: 1 }, { status: 202 })),
    rest.post('http://mocked.test/echo', async ({ request }) => {
      return HttpResponse.text(`${request.headers.get('x-a')} ${await request.text()}`);
    }),
    rest.get('http://mocked.test/fails', () => HttpResponse.error()),
    rest.put(`${base}/passed`, () => passthrough()),
    rest.get('http://mocked.test/stream', () => {
      const pieces = ['one ', 'two ', 'three'];
      const stream = new ReadableStream({
        pull(controller) {
          const piece = pieces.shift();
          if (piece) controller.enqueue(Buffer.from(piece));
          else controller.close();
        },
      });
      return new HttpResponse(stream);
    }),
  );
  mocks.listen({ onUnhandledRequest: 'bypass' });
  const content = 'x'.repeat(100_000);
  const passed = await send(`${base}/passed`, { method: 'PUT', content });
  const seen = {
    json: await send('http://mocked.test/json'),
    echo: await send('http://mocked.test/echo', {
      method: 'POST',
      headers: { 'X-A': 'b' },
      content: 'c',
    }),
    stream: (await send('http://mocked.test/stream')).text,
    failing: (await failureOf(send('http://mocked.test/fails'))).message,
    passed: [passed.status, passed.text === content],
    bypassed: (await send(`${base}/bypassed`, { method: 'POST', content: 'y' })).text,
  };
  mocks.close();
  seen.closed = (await send(`${base}/after`, { method: 'POST', content: 'z' })).text;
  real.close();
  return seen;
};
