'use strict';
// Somebody looks at the handle of a socket, and HTTP goes on over it by another transport: nothing that
// was read before is lost or read twice, whatever the handlers do.
const assert = require('node:assert');
const http = require('../support/subject');
const { pattern } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { onNative } = require('../support/transports');

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const upgrade = (path) =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`;
/** More than one read brings. */
const CONTENT = 'x'.repeat(200_000);
const post = (path) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${CONTENT.length}\r\n\r\n${CONTENT}`;

function answer(req, res) {
  let length = 0;
  req.on('data', (piece) => {
    length += piece.length;
  });
  req.on('end', () => res.end(`${req.url} ${length}`));
}

async function answered(client, expected) {
  for (const text of expected) assert.strictEqual((await client.response()).text, text);
}

const stops = onNodeHttp && "Node's own parser stops at an exception";

for (const declined of [false, true])
  onNative(
    `a handler throws behind it, ${declined ? 'and an upgrade is declined' : 'with no upgrade'}`,
    { skip: stops },
    async ({ connect, t }) => {
      const thrown = [];
      const onException = (error) => thrown.push(error.message);
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.on('uncaughtException', onException);
      t.after(() => {
        process.removeListener('uncaughtException', onException);
        for (const listener of others) process.on('uncaughtException', listener);
      });
      const server = http.createServer({ shouldUpgradeCallback: () => false }, (req, res) => {
        answer(req, res);
        if (req.url === '/look') req.socket._handle.getAsyncId();
        if (req.url.startsWith('/throw')) throw new Error(req.url);
      });
      const client = await connect(server);
      const first = declined ? upgrade : get;
      client.send(first('/look'), get('/throw'), first('/1'), post('/2'), first('/throw'));
      client.send(post('/3'), first('/4'));
      const expected = ['/look 0', '/throw 0', '/1 0', `/2 ${CONTENT.length}`, '/throw 0'];
      await answered(client, [...expected, `/3 ${CONTENT.length}`, '/4 0']);
      assert.deepStrictEqual(thrown, ['/throw', '/throw']);
    },
  );

const leavesPaused = onNodeHttp && "Node's own leaves the socket paused that gets its owner so";

for (const [title, look] of [
  ['the handle is looked at', ({ socket }) => socket._handle.getAsyncId()],
  ['there is a new owner', () => {}],
])
  onNative(`listeners beside the parser, and ${title}`, { skip: leavesPaused }, async (context) => {
    const heard = [];
    let first;
    let reading;
    const server = http.createServer((req, res) => {
      look(req);
      first = res;
      // Content that nobody reads pauses the socket.
      reading = setTimeout(answer, 20, req, res);
    });
    context.t.after(() => clearTimeout(reading));
    server.on('connection', (socket) => socket.on('data', (chunk) => heard.push(chunk)));
    server.on('upgrade', (_req, socket, head) => {
      first.on('close', () => {
        socket.removeAllListeners('data');
        socket.write('HTTP/1.1 101 Mine\r\n\r\n');
        socket.write(head);
        socket.pipe(socket);
      });
    });
    const client = await context.connect(server);
    const sent = post('/1') + upgrade('/2');
    client.send(sent);
    await answered(client, [`/1 ${CONTENT.length}`]);
    assert.strictEqual((await client.response()).status, 101);
    assert.ok(Buffer.concat(heard).latin1Slice() === sent, 'each byte was heard once');
    const echo = pattern(1000);
    client.send(echo);
    await client.until(() => client.rest.length >= echo.length, 'the echo came');
    assert.strictEqual(client.rest, echo.latin1Slice());
  });
