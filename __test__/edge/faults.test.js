'use strict';
// What goes wrong between two machines, and within one: resets, closing under load, a lack of
// descriptors, workers that are ended.
// @timeout 300
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { readdirSync } = require('node:fs');
const http = require('../support/subject');
const { runProgram, subject } = require('../support/child');
const { logEvents } = require('../support/events');
const { ServerProcess, closed } = require('./server-process');

const limit = { timeout: 120_000 };
const CLOSING = 'Host: a\r\nConnection: close\r\n';
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A server on which one request is expected; resolves `exchange` to what is made of it. */
async function listening(t, server) {
  server.listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections?.();
    server.close();
  });
  await once(server, 'listening');
  return server.address().port;
}

async function dial(t, port) {
  const socket = net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const REQUEST_EVENTS = ['aborted', 'error', 'end', 'close'];

test('the client resets in the middle of its upload', limit, async (t) => {
  const log = [];
  const server = http.createServer((req, res) => {
    logEvents(req, REQUEST_EVENTS, log, 'request ');
    logEvents(res, ['error', 'finish', 'close'], log, 'response ');
    req.on('error', ({ code, message }) => log.push(code, message));
    req.once('data', () => socket.resetAndDestroy());
    req.on('close', () => server.emit('over', req, res));
  });
  const told = [];
  server.on('clientError', ({ code }) => told.push(code));
  const socket = await dial(t, await listening(t, server));
  const over = once(server, 'over');
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello');
  const [req, res] = await over;
  assert.deepStrictEqual(log, [
    'request aborted',
    'response close',
    'request error',
    'ECONNRESET',
    'aborted',
    'request close',
  ]);
  assert.deepStrictEqual(told, ['ECONNRESET']);
  assert.deepStrictEqual([req.complete, req.destroyed, req.aborted], [false, true, true]);
  assert.deepStrictEqual([res.destroyed, res.writableFinished], [true, false]);
});

test('the client resets in the middle of its download', limit, async (t) => {
  const log = [];
  const server = http.createServer((req, res) => {
    logEvents(req, REQUEST_EVENTS, log, 'request ');
    logEvents(res, ['error', 'finish', 'close'], log, 'response ');
    res.write('x'.repeat(100_000));
    res.on('close', () => setImmediate(() => server.emit('over', req, res)));
  });
  server.on('clientError', () => {});
  const socket = await dial(t, await listening(t, server));
  const over = once(server, 'over');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'data');
  socket.resetAndDestroy();
  const [req, res] = await over;
  assert.deepStrictEqual(
    log.filter((event) => event.startsWith('response')),
    ['response close'],
  );
  assert.deepStrictEqual([req.complete, res.destroyed, res.writableFinished], [true, true, false]);
  assert.strictEqual(res.write('more'), false);
});

/** A server that knows no HTTP: it sends `answer` and resets. */
async function resetting(t, answer) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      if (answer === '') socket.resetAndDestroy();
      else socket.write(answer, () => server.once('go', () => socket.resetAndDestroy()));
    });
  });
  return [server, await listening(t, server)];
}

test('the server resets in the middle of the download', limit, async (t) => {
  const [server, port] = await resetting(t, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
  const log = [];
  const req = http.get({ port, agent: false });
  logEvents(req, ['response', 'error', 'abort', 'close'], log, 'request ');
  const [res] = await once(req, 'response');
  logEvents(res, ['aborted', 'end', 'close'], log, 'response ');
  res.on('error', ({ code, message }) => log.push(`response ${code} ${message}`));
  res.once('data', () => server.emit('go'));
  await closed(req);
  await turn();
  assert.deepStrictEqual(log, [
    'request response',
    'request error',
    'response aborted',
    'request close',
    'response ECONNRESET aborted',
    'response close',
  ]);
  assert.strictEqual(res.complete, false);
});

test('the server resets in the middle of the upload', limit, async (t) => {
  const [, port] = await resetting(t, '');
  const log = [];
  const req = http.request({ port, agent: false, method: 'POST' });
  logEvents(req, ['response', 'finish', 'close'], log);
  req.on('error', ({ code }) => log.push(code === 'EPIPE' ? 'ECONNRESET' : code));
  req.write('hello');
  await closed(req);
  assert.deepStrictEqual(log, ['ECONNRESET', 'close']);
  assert.strictEqual(req.destroyed, true);
});

test('clients that end behind their request get its answer and the end', limit, async (t) => {
  const server = await ServerProcess.start(t, 'answer', {});
  for (let i = 0; i < 1000; i++) {
    const socket = server.connect();
    socket.end(`GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await closed(socket);
    assert.ok(socket.text.endsWith(`\r\n\r\n/${i} `), socket.text);
  }
  const { connections } = await server.until((usage) => usage.connections === 0);
  assert.strictEqual(connections, 0);
});

test('close() under load answers what was accepted, and then says so', limit, async (t) => {
  const server = http.createServer({ keepAliveTimeout: 300 }, (req, res) => {
    req.resume().on('end', () => setTimeout(() => res.end(req.url), 20));
  });
  const port = await listening(t, server);
  const sockets = await Promise.all(Array.from({ length: 100 }, () => dial(t, port)));
  const answers = sockets.map(async (socket, i) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    // Half of them is in the middle of its request.
    socket.write(
      `POST /${i} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n${i % 2 ? 'hello' : 'he'}`,
    );
    await closed(socket);
    return text;
  });
  await once(server, 'request');
  const ended = once(server, 'close');
  server.close();
  sockets.forEach((socket, i) => {
    if (i % 2 === 0) socket.write('llo');
  });
  const refused = net.connect(port, '127.0.0.1');
  const [{ code }] = await once(refused, 'error');
  assert.strictEqual(code, 'ECONNREFUSED');
  const texts = await Promise.all(answers);
  const answered = texts.filter((text, i) => text.endsWith(`\r\n\r\n/${i}`)).length;
  const silent = texts.filter((text) => text === '').length;
  // A connection of which no byte had been read when the server closed is an idle one.
  assert.strictEqual(
    answered + silent,
    100,
    texts.find((text) => text !== '' && !/\/\d+$/.test(text)),
  );
  assert.ok(answered > 0);
  await ended;
});

test(
  'descriptors that are used again never carry the answer of another connection',
  limit,
  async (t) => {
    const server = await ServerProcess.start(t, 'later', {});
    let answered = 0;
    const client = async (token) => {
      const socket = server.connect();
      const delay = token % 4;
      socket.write(`GET /${delay} HTTP/1.1\r\n${CLOSING}X-Token: <${token}>\r\n\r\n`);
      // A third does not wait for its answer, which is due when the descriptor is another's.
      if (token % 3 === 0) {
        await once(socket, 'connect');
        socket.resetAndDestroy();
        return;
      }
      await closed(socket);
      if (socket.text.includes('200 OK')) {
        answered++;
        assert.deepStrictEqual(socket.text.match(/<\d+>/g), [`<${token}>`]);
      }
    };
    for (let i = 0; i < 6000; i += 60)
      await Promise.all(Array.from({ length: 60 }, (_, j) => client(i + j)));
    assert.strictEqual(answered, 4000);
  },
);

test('running out of descriptors pauses accepting, no more', limit, async (t) => {
  const server = await ServerProcess.start(t, 'answer', { descriptors: 64 });
  const silent = Array.from({ length: 150 }, () => server.connect());
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  const full = await server.until(({ connections }) => connections >= 20, 'counts');
  assert.ok(full.connections < 64, `${full.connections}`);
  silent[0].write(`GET /served HTTP/1.1\r\n${CLOSING}\r\n`);
  await closed(silent[0]);
  assert.match(silent[0].text, /^HTTP\/1\.1 200 OK/);
  for (const socket of silent.slice(1)) socket.destroy();
  const text = await server.converse(`GET /again HTTP/1.1\r\n${CLOSING}\r\n`);
  assert.match(text, /^HTTP\/1\.1 200 OK[\s\S]*\/again/);
  const after = await server.until(({ connections }) => connections === 0);
  assert.deepStrictEqual(after.errors, {});
});

test('workers that are ended in the middle of traffic leave nothing behind', limit, async (t) => {
  const program = `
    const http = require(${JSON.stringify(subject)});
    const { parentPort } = require('node:worker_threads');
    const server = http.createServer((req, res) => res.end('x'.repeat(1000)));
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  `;
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const round = async () => {
    const worker = new Worker(program, { eval: true });
    t.after(() => worker.terminate());
    const [port] = await once(worker, 'message');
    const sockets = await Promise.all(Array.from({ length: 10 }, () => dial(t, port)));
    for (const socket of sockets) {
      const again = () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      socket.on('data', again);
      again();
    }
    await once(sockets[9], 'data');
    const ends = sockets.map(closed);
    await worker.terminate();
    await Promise.all(ends);
  };
  await round();
  const before = descriptors();
  for (let i = 0; i < 10; i++) await round();
  // A thread that ends closes what it has left a moment behind the worker's end.
  while (descriptors() > before + 2) await turn();
});

test('a process leaves in spite of idle pooled sockets', limit, async (t) => {
  const server = http.createServer((_req, res) => res.end('x'));
  server.keepAliveTimeout = 60_000;
  const port = await listening(t, server);
  const program = `
    const agent = new http.Agent({ keepAlive: true });
    let left = 3;
    for (let i = 0; i < 3; i++)
      http.get({ port: ${port}, agent }, (res) => {
        res.resume().on('end', () => {
          if (--left > 0) return;
          const over = performance.now();
          setImmediate(() => console.log(Object.values(agent.freeSockets).flat().length));
          process.on('exit', () => console.log(performance.now() - over));
        });
      });
  `;
  const { code, signal, stdout, stderr } = await runProgram(t, program);
  assert.deepStrictEqual([code, signal, stderr], [0, null, '']);
  const [idle, waited] = stdout.split('\n').map(Number);
  assert.ok(idle >= 2, stdout);
  assert.ok(waited < 20_000, `${waited} ms`);
});
