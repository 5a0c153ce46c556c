/** got 14: requests that are aborted, and each of its timeouts. */
'use strict';

const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');

module.exports = async function run({ failureOf, listen }) {
  const { default: got } = await import('got-esm');
  const server = http.createServer((req, res) => {
    if (req.url === '/text') res.end('text');
    else if (req.url === '/begun') res.write('begun');
    else if (req.url === '/upload') req.resume().on('end', () => res.end('received'));
    // Else there is no answer.
  });
  const base = await listen(server);
  // Accepts, and says nothing.
  const silent = await listen(net.createServer());
  const client = got.extend({ prefixUrl: base, retry: { limit: 0 } });
  const seen = { timeouts: {}, aborted: {} };

  for (const [phase, path, options] of [
    ['response', 'silent', {}],
    ['request', 'begun', {}],
    ['read', 'begun', {}],
    ['socket', 'silent', {}],
    ['lookup', 'text', { dnsLookup: () => {}, prefixUrl: base.replace('127.0.0.1', 'a.test') }],
    [
      'send',
      'upload',
      { method: 'POST', body: (await import('node:stream')).Readable.from(slowly()) },
    ],
  ]) {
    const failure = await failureOf(client(path, { timeout: { [phase]: 80 }, ...options }));
    seen.timeouts[phase] = failure;
  }
  seen.timeouts.silent = await failureOf(
    got(silent, { timeout: { response: 80 }, retry: { limit: 0 } }),
  );

  for (const path of ['silent', 'begun']) {
    const controller = new AbortController();
    const request = client(path, { signal: controller.signal });
    const failure = failureOf(request);
    await once(server, 'request');
    controller.abort();
    seen.aborted[path] = await failure;
  }
  const early = new AbortController();
  early.abort();
  seen.aborted.early = await failureOf(client('text', { signal: early.signal }));
  const stream = client.stream('begun');
  await once(stream, 'data');
  stream.destroy();
  await once(stream, 'close');
  seen.aborted.stream = stream.destroyed;
  seen.afterwards = await client('text').text();
  server.closeAllConnections();
  server.close();
  return seen;
};

/** Content that takes longer than any timeout above. */
async function* slowly() {
  for (let i = 0; i < 20; i++) {
    yield 'x';
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
