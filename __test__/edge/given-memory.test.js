'use strict';
// The memory of what a program writes: it may give it away or shrink it as soon as the call has
// returned. The process and other connections go on, and nothing but the content is ever sent. What
// Node does with such memory is undefined: it sends whatever is there by then. Here what fits into
// one window is sent as it was; a larger piece whose memory is gone ends the connection with an error.
// @timeout 400
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const { test } = require('node:test');
const { onNodeHttp } = require('../support/mode');
const { RawClient } = require('../support/raw-client');
const { sideBySide } = require('../support/side-by-side');
const { Program, until } = require('./program');
const { contentOf } = require('./programs/giving-content');

const limit = { timeout: 60_000 };
const file = path.join(__dirname, 'programs', 'giving.js');
const SIZES = [1024, 100 * 1024, 8_000_000];
/** What is copied of a piece that the kernel did not take. */
const WINDOW = 256 * 1024;
const METHODS = ['write', 'end'];
const hasResize = typeof ArrayBuffer.prototype.resize === 'function';
const ways = ['transfer', 'post', 'forget', ...(hasResize ? ['resize'] : [])];

const start = (t) => Program.start(t, file, { execArgv: ['--expose-gc'] });

async function dial(program) {
  const socket = program.connect();
  await once(socket, 'connect');
  return new RawClient(socket);
}

const get = (target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** The program lives, and answers others as ever. */
async function assertAlive(program) {
  const client = await dial(program);
  const { text } = await client.exchange(get('/'));
  assert.strictEqual(text, 'here');
  client.destroy();
}

/** The content behind the first head, as far as it came. */
function contentIn({ bytes }) {
  const head = bytes.indexOf('\r\n\r\n');
  return head < 0 ? Buffer.alloc(0) : bytes.subarray(head + 4);
}

/**
 * What came is right, if it is not all. What was given away but is kept comes whole, if it was not
 * given away in the turn in which it was written: Node hands that to the kernel a tick later.
 */
async function assertContent(program, client, { method, size, what, when }) {
  const content = () => contentIn(client);
  const isKept = what === 'transfer' || what === 'post';
  const isHandedOver = when === 'a turn later' || method === 'end';
  const isOver = () => client.closed || client.ended;
  const mayBreakOff = !onNodeHttp && isHandedOver && size > WINDOW;
  if (mayBreakOff) await client.until(() => isOver() || content().length >= size, 'the end');
  else if (isKept && isHandedOver) await client.until(() => content().length >= size, 'all came');
  // Up to Node 22 a callback of `end()` does not hear of errors.
  const isTold = !(mayBreakOff && method === 'end' && isOver());
  if (isTold) await program.until('state', ({ called, failed }) => called + failed === 1);
  // Memory that nobody has any more may be anything; Node sends it all the same.
  const wanted = contentOf(size).subarray(0, content().length);
  if (what !== 'forget') assert.ok(content().equals(wanted), 'other bytes came');
  const [clones, same] = await program.ask('given');
  assert.strictEqual(same, clones);
}

/** Garbage in the place of what has been freed. */
async function collect(program) {
  for (let i = 0; i < 3; i++) await program.ask('usage');
}

const rows = ways.flatMap((what) =>
  METHODS.flatMap((method) =>
    SIZES.flatMap((size) =>
      ['at once', 'a turn later'].map((when) => ({ method, size, what, when })),
    ),
  ),
);

sideBySide('memory that was written', () => {
  for (const row of rows) {
    const { method, size, what, when } = row;

    test(`res.${method} of ${size} bytes, ${what} ${when}`, limit, async (t) => {
      const program = await start(t);
      const client = await dial(program);
      client.stream.pause();
      client.send(get(encodeURI(`/${method}/${size}/${what}/${when}`)));
      // The reader is slow: what the kernel did not take is sent when it reads.
      await assertAlive(program);
      await collect(program);
      client.stream.resume();
      await assertContent(program, client, row);
      client.destroy();
      await assertAlive(program);
    });

    test(`req.${method} of ${size} bytes, ${what} ${when}`, limit, async (t) => {
      const program = await start(t);
      const sink = await slowServer(t);
      await program.ask('send', { port: sink.port, path: '/', ...row });
      await until(() => sink.clients.length, Boolean);
      await assertAlive(program);
      await collect(program);
      const [client] = sink.clients;
      client.stream.resume();
      await assertContent(program, client, row);
      await assertAlive(program);
    });
  }

  /** A server whose sockets are not read until somebody resumes them. */
  async function slowServer(t) {
    const clients = [];
    const server = net.createServer({ pauseOnConnect: true }, (socket) => {
      const client = new RawClient(socket);
      socket.pause();
      clients.push(client);
    });
    t.after(() => {
      for (const client of clients) client.destroy();
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { clients, port: server.address().port };
  }

  // The answer waits in JavaScript for the one before it. What Node makes of memory that is gone by then
  // is no content anybody would want to see again; what counts is that nothing else is harmed.
  for (const what of ways)
    for (const size of SIZES)
      test(`an answer of ${size} bytes that waits for its turn, then ${what}`, limit, async (t) => {
        const program = await start(t);
        const clients = [];
        for (const method of METHODS) {
          const client = await dial(program);
          client.send(
            get('/later/100') +
              get(encodeURI(`/${method}/${size}/${what}/at once`)) +
              get('/later/1'),
          );
          const { text } = await client.response();
          assert.strictEqual(text, 'later');
          clients.push(client);
        }
        await collect(program);
        await assertAlive(program);
        for (const client of clients) client.destroy();
        await program.until('state', ({ called, failed }) => called + failed === 2);
        const [clones, same] = await program.ask('given');
        assert.strictEqual(same, clones);
      });
});
