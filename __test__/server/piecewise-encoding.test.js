'use strict';
// Each piece is encoded by itself, however many leave together: its length was counted so.
const assert = require('node:assert');
const http = require('../support/subject');
const { deferred, turn } = require('../support/events');
const { newerThanHost, onNodeHttp } = require('../support/mode');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
/** The two halves of one character; each alone is sent as a replacement character. */
const [HIGH, LOW] = '😀'.split('');
const HALF = '\ufffd';
const halves = [`A${HIGH}`, `${LOW}B`];
const apart = [`A${HALF}`, `${HALF}B`];
const length = Buffer.byteLength(halves[0]) + Buffer.byteLength(halves[1]);

/** What a GET is answered, and that the connection goes on behind it. */
async function answered(connect, handler) {
  const client = await connect(http.createServer(handler));
  const response = await client.exchange(GET);
  assert.deepStrictEqual((await client.exchange(GET)).body, response.body);
  assert.strictEqual(client.rest, '');
  return response;
}

onBoth('write and end with a length', async ({ connect }) => {
  const response = await answered(connect, (_req, res) => {
    res.setHeader('Content-Length', length);
    res.write(halves[0]);
    res.end(halves[1]);
  });
  assert.strictEqual(response.text, apart.join(''));
  assert.strictEqual(response.body.length, length);
});

onBoth('several writes with a length', async ({ connect }) => {
  const response = await answered(connect, (_req, res) => {
    res.setHeader('Content-Length', 12);
    res.write(HIGH, 'utf8');
    res.write(LOW);
    res.write(HIGH);
    res.write(LOW, 'utf-8');
    res.end();
  });
  assert.strictEqual(response.text, HALF.repeat(4));
});

onBoth('write and end in chunks', async ({ connect }) => {
  const response = await answered(connect, (_req, res) => {
    res.write(halves[0]);
    res.end(halves[1]);
  });
  assert.strictEqual(response.framing, 'chunked');
  assert.strictEqual(response.text, apart.join(''));
});

onBoth('corked, with a length', async ({ connect }) => {
  const response = await answered(connect, (_req, res) => {
    res.setHeader('Content-Length', length + 3);
    res.cork();
    res.write(halves[0]);
    res.write(halves[1]);
    res.uncork();
    res.end('end');
  });
  assert.strictEqual(response.text, `${apart.join('')}end`);
});

onBoth('corked pieces that become one chunk', { skip: newerThanHost(22) }, async ({ connect }) => {
  const response = await answered(connect, (_req, res) => {
    res.write('start');
    res.cork();
    res.write(halves[0]);
    res.write(halves[1]);
    res.uncork();
    res.end('end');
  });
  assert.strictEqual(response.text, `start${apart.join('')}end`);
});

onBoth('pieces of a response that waits for its turn', async ({ connect }) => {
  const first = deferred();
  const server = http.createServer((req, res) => {
    if (req.url === '/first') {
      first.resolve(res);
      return;
    }
    res.setHeader('Content-Length', length);
    res.write(halves[0]);
    res.end(halves[1]);
  });
  const client = await connect(server);
  client.send(GET.replace('/', '/first'), GET);
  const res = await first.promise;
  await turn();
  res.end();
  await client.response();
  assert.strictEqual((await client.response()).text, apart.join(''));
});

onBoth('pieces written on the socket itself', async ({ connect }) => {
  const server = http.createServer(({ socket }) => {
    socket.cork();
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${halves[0]}`);
    socket.write(halves[1]);
    socket.uncork();
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, apart.join(''));
});

onBoth('bytes that end inside a group of base64', async ({ connect }) => {
  const response = await answered(connect, (_req, res) => {
    res.setHeader('Content-Length', 4);
    res.write('YQ', 'base64');
    res.write('Yg', 'base64');
    res.write('Yw', 'base64url');
    res.end('ZA', 'base64url');
  });
  assert.strictEqual(response.text, 'abcd');
});

const aborts = onNodeHttp && "Node's own ends the process on such text";

onBoth('halves of a byte', { skip: aborts }, async ({ connect }) => {
  const response = await answered(connect, (_req, res) => {
    res.setHeader('Content-Length', 2);
    res.write('abc', 'hex');
    res.end('def', 'hex');
  });
  assert.strictEqual(response.body.toString('hex'), 'abde');
});

onBoth('a whole character, and pieces that begin with one', async ({ connect }) => {
  const response = await answered(connect, (_req, res) => {
    res.write('😀');
    res.end('😀é');
  });
  assert.strictEqual(response.text, '😀😀é');
});
