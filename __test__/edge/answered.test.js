'use strict';
// What a handler has answered is sent, whatever it does next: it ends the process, throws, or works on
// for as long as it likes.
// @timeout 600
const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { onNodeHttp } = require('../support/mode');
const { RawClient } = require('../support/raw-client');
const { sideBySide } = require('../support/side-by-side');
const { Program, pause } = require('./program');
const { HUGE, LARGE, says, deeds } = require('./programs/answering');

const limit = { timeout: 60_000 };
const file = path.join(__dirname, 'programs', 'answering.js');
const streamOnly = path.join(__dirname, '..', 'support', 'stream-only.js');
const TRANSPORTS = onNodeHttp ? { native: [] } : { native: [], stream: ['--require', streamOnly] };
const CLIENTS = 4;
const BODY = 'x'.repeat(3000);

const target = (asked) => `/?${new URLSearchParams(asked)}`;
const get = (asked) => `GET ${target(asked)} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (asked) =>
  `POST ${target(asked)} HTTP/1.1\r\nHost: a\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const chunked = (asked) =>
  `POST ${target(asked)} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n` +
  `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

/** What one read brings: with the request that asks, and `before` it so many that are answered, too. */
const SHAPES = {
  'a request': { isAlone: true, text: get },
  'a request with content, at once': { text: post },
  'a request with content, at its data': { text: (asked) => post({ ...asked, at: 'data' }) },
  'a request with content, at its end': {
    isAlone: true,
    text: (asked) => post({ ...asked, at: 'end' }),
  },
  'a request with chunks': { isAlone: true, text: (asked) => chunked({ ...asked, at: 'end' }) },
  // Ticks run behind the whole read, in Node, too: the second is answered in the next turn of the first.
  'the second of two requests': { before: 1, isHeld: true, text: (asked) => get() + get(asked) },
  'the last of three, with content': {
    before: 2,
    text: (asked) => post({ at: 'end' }) + get() + post({ ...asked, at: 'end' }),
  },
  'the first of three requests': { behind: 2, text: (asked) => get(asked) + get() + get() },
  'the first of two, with content': {
    behind: 1,
    text: (asked) => post({ ...asked, at: 'end' }) + get(),
  },
};

/** A program, with the names of the two files by which it is told to go on. */
async function start(t, transport, options) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const files = { go: path.join(folder, 'go'), seen: path.join(folder, 'seen') };
  const args = [JSON.stringify({ seen: files.seen, ...options })];
  const program = await Program.start(t, file, { args, execArgv: TRANSPORTS[transport] });
  return Object.assign(program, { files });
}

async function connected(program) {
  const socket = program.connect();
  await once(socket, 'connect');
  return new RawClient(socket);
}

async function answers(client, count, text = 'an answer') {
  for (let i = 0; i < count; i++) {
    const response = await client.response();
    assert.deepStrictEqual([response.status, response.text], [200, text]);
  }
}

/** Clients whose requests are all there before the program handles the first of them. */
async function held(program, text) {
  const clients = [];
  for (let i = 0; i < CLIENTS; i++) clients.push(await connected(program));
  await program.until('state', ({ connections }) => connections === CLIENTS);
  await program.ask('hold', program.files.go);
  await Promise.all(clients.map((client) => client.sendAll(Buffer.from(text))));
  fs.writeFileSync(program.files.go, '');
  return clients;
}

/** The handler goes on, as it has been seen what it said; it had not given up. */
async function assertWorked(program, times = 1) {
  fs.writeFileSync(program.files.seen, '');
  await program.until('state', ({ worked }) => worked === times);
  fs.unlinkSync(program.files.seen);
}

/** How the process ends. */
function ending(deed) {
  if (deed.startsWith('SIGKILL')) return { code: null, signal: 'SIGKILL' };
  return { code: deed.startsWith('exit') ? 0 : 1, signal: null };
}

const ENDS = ['end', 'a large end', 'write and end'];
/**
 * While more waits to be handled, an answer is left to the thread that sends it meanwhile: a SIGKILL in
 * that very moment can be faster.
 */
const AMID = 'SIGKILL at once';
const AT_ONCE = ['exit', 'throw'];

sideBySide('what was answered is sent', () => {
  for (const transport of Object.keys(TRANSPORTS)) {
    for (const deed of Object.keys(deeds))
      for (const [shape, { before = 0, isAlone, isHeld, text }] of Object.entries(SHAPES)) {
        if (deed === AMID && !isAlone) continue;
        test(`${deed}, ${shape} [${transport}]`, limit, async (t) => {
          for (const say of shape === 'a request' ? ENDS : ENDS.slice(0, 2)) {
            const program = await start(t, transport);
            const client = await connected(program);
            client.send(text({ say, deed }));
            await answers(client, before);
            if (!isHeld || !AT_ONCE.includes(deed))
              await answers(client, 1, say === 'a large end' ? `${LARGE}` : 'an answer');
            await client.untilClosed();
            assert.deepStrictEqual(await program.exited, ending(deed));
          }
        });
      }

    // The last of them ends the process while the answers to the others are on their way.
    for (const deed of Object.keys(deeds).filter((name) => name !== AMID))
      test(`${deed}, the last of ${CLIENTS} at a time [${transport}]`, limit, async (t) => {
        for (const ask of [get, post]) {
          const program = await start(t, transport);
          const clients = await held(program, ask({ deed, of: CLIENTS, at: 'end' }));
          await Promise.all(clients.map((client) => answers(client, 1)));
          assert.deepStrictEqual(await program.exited, ending(deed));
        }
      });

    // Node's parser is stuck behind a throw; what was said before has left.
    for (const deed of Object.keys(deeds).filter((name) => /throw|reject/.test(name)))
      test(`${deed}, and goes on [${transport}]`, limit, async (t) => {
        const program = await start(t, transport, { survives: true });
        let times = 0;
        for (const { before = 0, behind = 0, text } of Object.values(SHAPES)) {
          const client = await connected(program);
          client.send(text({ deed }));
          await answers(client, onNodeHttp ? before : before + 1 + behind);
          times++;
          await program.until('state', ({ caught }) => caught === times);
          if (!onNodeHttp) await answers(client.send(get()), 1);
        }
      });

    for (const say of Object.keys(says)) {
      test(`${say}, then works on [${transport}]`, limit, async (t) => {
        const program = await start(t, transport);
        let times = 0;
        for (const { before = 0, isHeld, text } of Object.values(SHAPES)) {
          const client = await connected(program);
          client.send(text({ say, deed: 'work' }));
          await answers(client, before);
          if (!isHeld || says[say].inTick) await client.untilText(says[say].seen);
          await assertWorked(program, ++times);
        }
      });

      test(
        `${say}, then works on, the last of ${CLIENTS} at a time [${transport}]`,
        limit,
        async (t) => {
          const program = await start(t, transport);
          const clients = await held(program, get({ say, deed: 'work', of: CLIENTS }));
          await Promise.all(clients.map((client) => client.untilText(says[say].seen)));
          await assertWorked(program);
        },
      );
    }

    test(`'finish' and end's callback, read late [${transport}]`, limit, async (t) => {
      const program = await start(t, transport);
      const client = await connected(program);
      client.stream.pause();
      client.send(get({ say: 'huge' }));
      await program.until('state', ({ requests }) => requests === 1);
      for (let i = 0; i < 20; i++) {
        const { called, finished } = await program.ask('state');
        assert.deepStrictEqual([called, finished], [0, 0]);
        await pause();
      }
      client.stream.resume();
      assert.strictEqual((await client.response()).body.length, HUGE);
      await program.until('state', ({ called, finished }) => called === 1 && finished === 1);
    });
  }
});
