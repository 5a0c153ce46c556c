'use strict';
// Where ours is stricter than Node's http beyond the parser; the parser's part is in the table of
// the differential test and in src/protocol/tests.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { startNode } = require('../support/child');
const { onBoth } = require('../support/transports');

const skip = onNodeHttp && 'Node is not as strict';

const several = ['Host: a\r\nHost: a', 'Host: a\r\nX: y\r\nhost: b'];
const odd = [
  'a, b',
  'a,b',
  'a@b',
  'a/b',
  '/path.sock',
  '127.0.0.1:undefined',
  'http://a',
  'a b',
  'a\tb',
];

for (const [host, options] of [
  ['X: no host', {}],
  ...several.map((fields) => [fields, {}]),
  ...odd.map((value) => [`Host: ${value}`, { strictHost: true }]),
]) {
  onBoth(`a refused host is the last that is read: ${host}`, { skip }, async ({ connect }) => {
    const seen = [];
    const server = http.createServer(options, (req, res) => {
      seen.push(req.url);
      res.end('served');
    });
    server.on('clientError', ({ code }) => seen.push(code));
    const client = await connect(server);
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
    client.send(`GET / HTTP/1.1\r\n${host}\r\n\r\n${smuggled}`);
    const { status, headers } = await client.response();
    assert.deepStrictEqual([status, headers.connection], [400, 'close']);
    assert.strictEqual(await client.untilEnd(), '');
    assert.deepStrictEqual(seen, []);
  });
}

for (const value of ['', 'a', 'a:1', ...odd]) {
  onBoth(`the form of a single host is nobody's matter: ${value}`, async ({ connect }) => {
    const server = http.createServer((req, res) => res.end(req.headers.host));
    const client = await connect(server);
    const { status, text } = await client.exchange(`GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`);
    assert.deepStrictEqual([status, text], [200, value]);
  });
}

test('RUST_HTTP_STRICT_HOST=1 is the default of the option', { skip }, async (t) => {
  const program = `
    const http = require(${JSON.stringify(require.resolve('../..'))});
    console.log(http.createServer().strictHost, http.createServer({ strictHost: false }).strictHost);`;
  for (const [value, expected] of [
    ['1', 'true false'],
    ['0', 'false false'],
  ]) {
    const env = { ...process.env, RUST_HTTP_STRICT_HOST: value };
    const { stdout } = await startNode(t, ['-e', program], { env }).finished;
    assert.strictEqual(stdout, `${expected}\n`);
  }
});

/** A server of bytes, the sockets it accepted, and an agent that keeps one connection to it. */
async function peer(t, onConnection) {
  const sockets = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => {
    agent.destroy();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { agent, port: server.address().port, sockets };
}

test('a response before its request poisons nothing', { timeout: 60_000, skip }, async (t) => {
  const { agent, port, sockets } = await peer(t, (socket) => {
    socket.on('data', (text) => {
      const [, path] = /^GET (\S+)/.exec(text);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
    });
  });
  const get = async (path) => {
    const req = http.get({ port, path, agent });
    const [res] = await once(req, 'response');
    let text = '';
    for await (const chunk of res.setEncoding('latin1')) text += chunk;
    return text;
  };
  for (let i = 0; i < 10; i++) {
    assert.strictEqual(await get(`/asked/${i}`), `/asked/${i}`);
    const idle = sockets.at(-1);
    const ended = new Promise((resolve) => {
      idle.once('close', resolve);
    });
    idle.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned');
    // The client sends it away as soon as it hears of it.
    await ended;
    while (Object.keys(agent.freeSockets).length > 0) await turn();
  }
  assert.strictEqual(await get('/last'), '/last');
  assert.strictEqual(sockets.length, 11);
});

test('the front of a response behind another poisons nothing', { timeout: 15_000 }, async (t) => {
  const fronts = ['H', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK\r\nPlanted: 1\r\nX: '];
  let asked = 0;
  const { agent, port } = await peer(t, (socket) => {
    socket.on('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${fronts[asked++] ?? ''}`);
    });
  });
  for (let i = 0; i <= fronts.length; i++) {
    const req = http.get({ port, agent });
    const [res] = await once(req, 'response');
    let text = '';
    for await (const chunk of res.setEncoding('latin1')) text += chunk;
    assert.deepStrictEqual([res.rawHeaders, text], [['Content-Length', '2'], 'ok']);
    // Where the connection is ended, the next request needs another one.
    const { socket } = req;
    if (!onNodeHttp && i < fronts.length && !socket.destroyed) await once(socket, 'close');
  }
});

onBoth('writeEarlyHints checks every field as writeHead does', { skip }, async ({ connect }) => {
  const refused = [];
  const server = http.createServer((_req, res) => {
    const link = '</a>; rel=preload';
    const hints = [
      { link, 'x-a': 'b\r\nInjected: c' },
      { link, 'x\r\nInjected: c': 'b' },
      { link, 'x a': 'b' },
      { link: '</a\r\nInjected: c>; rel=preload' },
    ];
    for (const hint of hints) {
      try {
        res.writeEarlyHints(hint);
      } catch ({ code }) {
        refused.push(code);
      }
    }
    res.end('x');
  });
  const client = await connect(server);
  const { status, names } = await client.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.strictEqual(status, 200);
  assert.ok(!names.includes('Injected'));
  assert.deepStrictEqual(refused, [
    'ERR_INVALID_CHAR',
    'ERR_INVALID_HTTP_TOKEN',
    'ERR_INVALID_HTTP_TOKEN',
    'ERR_INVALID_ARG_VALUE', // as in Node from 25.8 on
  ]);
});
