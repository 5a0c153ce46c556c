'use strict';
// NODE_DEBUG=rust-http: what goes on natively, in words.
const assert = require('node:assert');
const { test } = require('node:test');
const { onNodeHttp } = require('../support/mode');
const { runProgram } = require('../support/child');

const limit = {
  timeout: 60_000,
  skip: onNodeHttp && "what goes on in Node's http has other names",
};

/** A request of a client with a plain socket, one that is slow, and an upgrade. */
const program = `
  const net = require('node:net');
  const server = http.createServer((req, res) => {
    if (req.url === '/') return res.end('hello');
    res.setTimeout(20, () => res.end('late'));
  });
  server.on('upgrade', (req, socket) => socket.end('HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n'));
  const exchange = (heads, done) => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.write(heads.shift());
    socket.on('data', () => (heads.length > 0 ? socket.write(heads.shift()) : socket.end()));
    socket.on('close', done);
  };
  server.listen(0, '127.0.0.1', () => {
    const get = (path) => 'GET ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n';
    const upgrade = 'GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: upgrade\\r\\nUpgrade: x\\r\\n\\r\\n';
    exchange([get('/'), get('/slow')], () => exchange([upgrade], () => server.close()));
  });`;

/** What must be said of the first connection and of the second one, in this order. */
const FIRST = [
  'came to listener 1',
  'read 27 bytes',
  'parsed 27 bytes: Head',
  'sends \\d+ bytes: All',
  'waits \\d+ ms for the next request',
  'read 31 bytes',
  'parsed 31 bytes: Head',
  'may be 20 ms without traffic',
  'has 0 ms left of its timeout',
  'sends \\d+ bytes: All',
  'read the end of its input',
  'is gone: 58 bytes read, \\d+ written, failure None',
];
const SECOND = [
  'came to listener 1',
  'read \\d+ bytes',
  'parsed \\d+ bytes: Head',
  'is handed over, 0 bytes unsent',
  'is gone: ',
];

/** The lines of each connection, in their order. */
function byConnection(stderr) {
  const lines = new Map();
  for (const [, id, what] of stderr.matchAll(/^RUST-HTTP \d+: connection (\S+) (.*)$/gm)) {
    if (!lines.has(id)) lines.set(id, []);
    lines.get(id).push(what);
  }
  return [...lines.values()];
}

/** Finds `wanted` in `lines` in its order; between them there may be others. */
function assertInOrder(lines, wanted) {
  let at = 0;
  for (const text of wanted) {
    const found = lines.findIndex((line, i) => i >= at && new RegExp(`^${text}`).test(line));
    assert.notStrictEqual(found, -1, `no ${text} behind ${at} lines of\n${lines.join('\n')}`);
    at = found + 1;
  }
}

test('the life of connections', limit, async (t) => {
  const { code, stderr } = await runProgram(t, program, { env: { NODE_DEBUG: 'rust-http' } });
  assert.strictEqual(code, 0, stderr);
  const lines = stderr.trim().split('\n');
  for (const line of lines) assert.match(line, /^RUST-HTTP \d+: \S/);
  assert.match(stderr, /listener 1 listens\n/);
  assert.match(stderr, /listener 1 is closed\n/);
  const [first, second, ...others] = byConnection(stderr);
  assertInOrder(first, FIRST);
  assertInOrder(second, SECOND);
  assert.deepStrictEqual(others, []);
});

test('the parser of a stream', limit, async (t) => {
  const injecting = `
    const { Duplex } = require('node:stream');
    const server = http.createServer((req, res) => res.end());
    const duplex = new Duplex({ read() {}, write: (chunk, encoding, done) => done() });
    server.emit('connection', duplex);
    duplex.push('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');`;
  const { stderr } = await runProgram(t, injecting, { env: { NODE_DEBUG: 'rust-http' } });
  assert.match(stderr, /^RUST-HTTP \d+: stream \d+ parsed: Head\n/m);
});

test('a wildcard switches it on, other names do not', limit, async (t) => {
  for (const [name, wanted] of [
    ['rust*', true],
    ['RUST-HTTP,net', true],
    ['http', false],
    ['', false],
  ]) {
    const { stderr } = await runProgram(t, program, { env: { NODE_DEBUG: name } });
    assert.strictEqual(/^RUST-HTTP/m.test(stderr), wanted, name);
  }
});
