'use strict';
// Interim responses: 'information', 'continue', and what comes behind them.
const assert = require('node:assert');
const { completeResponse, responseOf, watchExchange } = require('./observe');
const { onEveryWay, onOneWay } = require('./ways');

onEveryWay("each 1xx is an 'information'", async ({ accept, get }) => {
  const req = get({});
  const seen = [];
  req.on('information', (information) => seen.push(information));
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 102 Processing\r\nX-A: 1\r\n\r\n');
  peer.send('HTTP/1.1 103 Early Hints\r\nLink: <a>\r\nLink: <b>\r\n\r\nHTTP/1.1 199 Own\r\n\r\n');
  peer.answer('final');
  const res = await completeResponse(req);
  assert.strictEqual(res.text, 'final');
  assert.strictEqual(res.statusCode, 200);
  assert.deepStrictEqual(
    seen.map(({ statusCode, statusMessage }) => [statusCode, statusMessage]),
    [
      [102, 'Processing'],
      [103, 'Early Hints'],
      [199, 'Own'],
    ],
  );
  const [, hints] = seen;
  assert.deepStrictEqual(Object.keys(hints).sort(), [
    'headers',
    'httpVersion',
    'httpVersionMajor',
    'httpVersionMinor',
    'rawHeaders',
    'statusCode',
    'statusMessage',
  ]);
  assert.deepStrictEqual(hints.rawHeaders, ['Link', '<a>', 'Link', '<b>']);
  assert.strictEqual(hints.headers.link, '<a>, <b>');
  assert.strictEqual(hints.httpVersion, '1.1');
  assert.strictEqual(hints.httpVersionMajor, 1);
  assert.strictEqual(hints.httpVersionMinor, 1);
});

onEveryWay("100 is a 'continue' and then an 'information'", async ({ accept, request }) => {
  const req = request({ method: 'POST', headers: { Expect: '100-continue' } });
  const log = [];
  req.on('continue', (...args) => log.push(['continue', args.length]));
  req.on('information', ({ statusCode }) => log.push(['information', statusCode]));
  req.on('continue', () => req.end('content'));
  const peer = await accept();
  const { headers } = await peer.head();
  assert.strictEqual(headers.expect, '100-continue');
  assert.strictEqual(peer.rest, '');
  peer.send('HTTP/1.1 100 Continue\r\n\r\n');
  await peer.untilText('7\r\ncontent\r\n0\r\n\r\n');
  peer.answer('done');
  assert.strictEqual((await completeResponse(req)).text, 'done');
  assert.deepStrictEqual(log, [
    ['continue', 0],
    ['information', 100],
  ]);
});

onEveryWay('a final answer instead of 100', async ({ accept, request }) => {
  const req = request({
    method: 'POST',
    headers: { Expect: '100-continue', 'Content-Length': 7 },
  });
  req.on('continue', () => assert.fail('nobody asked for the content'));
  const peer = await accept();
  await peer.head();
  peer.send('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  peer.end();
  const res = await responseOf(req);
  assert.strictEqual(res.statusCode, 417);
  res.resume();
  await new Promise((resolve) => res.once('end', resolve));
  req.destroy();
});

onEveryWay('Expect with Node as the server', async ({ request, serve }) => {
  const server = serve((_req, res) => res.end('not asked'));
  server.on('checkContinue', async (req, res) => {
    res.writeContinue();
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    res.end(Buffer.concat(chunks));
  });
  const req = request({ method: 'PUT', headers: { Expect: '100-continue' } });
  req.on('continue', () => req.end('echo'));
  assert.strictEqual((await completeResponse(req)).text, 'echo');
});

onEveryWay('an interim response byte by byte', async ({ accept, get }) => {
  const req = get({});
  const log = watchExchange(req);
  const seen = [];
  req.on('information', ({ statusCode, headers }) => seen.push([statusCode, headers.link]));
  const peer = await accept();
  await peer.request();
  const done = completeResponse(req);
  const text =
    'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx';
  for (const byte of text) await peer.sendAll(byte);
  assert.strictEqual((await done).text, 'x');
  assert.deepStrictEqual(seen, [[103, '<a>']]);
  assert.deepStrictEqual(log.slice(0, 2), ['socket', 'response']);
});

onOneWay('many interim responses', async ({ accept, get }) => {
  const req = get({});
  let count = 0;
  req.on('information', () => count++);
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 102 Processing\r\n\r\n'.repeat(500));
  peer.answer('final');
  assert.strictEqual((await completeResponse(req)).text, 'final');
  assert.strictEqual(count, 500);
});

onEveryWay('an interim response and then the end is an error', async ({ accept, get }) => {
  const req = get({});
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 102 Processing\r\n\r\n');
  peer.end();
  await new Promise((resolve) => req.once('close', resolve));
  assert.deepStrictEqual(log, ['socket', 'error ECONNRESET: socket hang up', 'close']);
});

onEveryWay('aborting from within an interim response', async ({ accept, get }) => {
  const req = get({});
  const log = watchExchange(req);
  req.on('information', () => req.destroy());
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 103 Early Hints\r\n\r\n');
  await new Promise((resolve) => req.once('close', resolve));
  assert.deepStrictEqual(log, ['socket', 'error ECONNRESET: socket hang up', 'close']);
});
