'use strict';
// The forms of listen, and what a listening server tells of itself.
const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { runProgram, startProgram } = require('../support/child');
const http = require('../support/subject');
const { onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const limit = { timeout: 60_000 };

/** What a server answers to a connection with `options`. */
async function ask(options) {
  const socket = net.connect(options);
  socket.end(GET);
  const chunks = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString().split('\r\n\r\n')[1];
}

function serve(t) {
  const server = http.createServer((_req, res) => {
    res.setHeader('Content-Length', 2);
    res.end('ok');
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

function socketPath(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, 'socket');
}

const forms = [
  ['listen()', () => []],
  ['listen(port)', () => [0]],
  ['listen(port as text)', () => ['0']],
  ['listen(port, host)', () => [0, '127.0.0.1']],
  ['listen(port, host, backlog)', () => [0, '127.0.0.1', 20]],
  ['listen(port, backlog)', () => [0, 20]],
  ['listen({ port })', () => [{ port: 0 }]],
  ['listen({ port, host, backlog })', () => [{ port: 0, host: 'localhost', backlog: 5 }]],
  ['listen({ port, backlog as text })', () => [{ port: 0, host: '127.0.0.1', backlog: '5' }]],
  ['listen({ port, exclusive })', () => [{ port: 0, host: '127.0.0.1', exclusive: true }]],
];
for (const [form, args] of forms) {
  test(`${form} with and without a callback`, limit, async (t) => {
    for (const withCallback of [true, false]) {
      const server = serve(t);
      assert.strictEqual(server.listening, false);
      assert.strictEqual(server.address(), null);
      let called = 0;
      const listening = once(server, 'listening');
      const callback = withCallback ? [() => called++] : [];
      assert.strictEqual(server.listen(...args(), ...callback), server);
      await listening;
      assert.strictEqual(called, withCallback ? 1 : 0);
      assert.strictEqual(server.listening, true);
      const { port, family } = server.address();
      assert.ok(port > 0);
      const host = family === 'IPv6' ? '::1' : '127.0.0.1';
      assert.strictEqual(await ask({ port, host }), 'ok');
    }
  });
}

test('listen(path) and listen({ path }) serve a Unix socket', limit, async (t) => {
  for (const wrap of [(name) => name, (name) => ({ path: name })]) {
    const name = socketPath(t);
    const server = serve(t);
    server.listen(wrap(name));
    await once(server, 'listening');
    assert.strictEqual(server.address(), name);
    assert.strictEqual(await ask({ path: name }), 'ok');
    await new Promise((resolve) => server.close(resolve));
    assert.strictEqual(fs.existsSync(name), false);
  }
});

test('sockets of a Unix path have no addresses', limit, async (t) => {
  const name = socketPath(t);
  const server = http.createServer((req, res) => {
    const { remoteAddress, remotePort, remoteFamily } = req.socket;
    res.setHeader('Connection', 'close');
    res.end(JSON.stringify([remoteAddress ?? null, remotePort ?? null, remoteFamily ?? null]));
  });
  t.after(() => server.close());
  server.listen(name);
  await once(server, 'listening');
  assert.strictEqual(await ask({ path: name }), '[null,null,null]');
});

test('readableAll and writableAll open a Unix socket to all', limit, async (t) => {
  const name = socketPath(t);
  const server = serve(t);
  server.listen({ path: name, readableAll: true, writableAll: true });
  await once(server, 'listening');
  assert.strictEqual(fs.statSync(name).mode & 0o666, 0o666);
});

test('listen(handle), listen({ handle }) and a net.Server', limit, async (t) => {
  for (const wrap of [
    (owner) => owner._handle,
    (owner) => ({ _handle: owner._handle }),
    (owner) => owner,
  ]) {
    const owner = net.createServer();
    owner.listen(0, '127.0.0.1');
    await once(owner, 'listening');
    const { port } = owner.address();
    const server = serve(t);
    server.listen(wrap(owner));
    await once(server, 'listening');
    assert.strictEqual(server.address().port, port);
    assert.strictEqual(await ask({ port, host: '127.0.0.1' }), 'ok');
    server.close();
    owner.close();
  }
});

test('listen({ fd }) serves an inherited descriptor', limit, async (t) => {
  const owner = net.createServer();
  owner.listen(0, '127.0.0.1');
  await once(owner, 'listening');
  const { fd } = owner._handle;
  if (fd < 0) {
    owner.close();
    t.skip('listening sockets have no descriptors here');
    return;
  }
  const child = startProgram(
    t,
    `const server = http.createServer((req, res) => { res.end('from fd'); });
     server.listen({ fd: 3 }, () => {
       const { port } = server.address();
       const request = require('node:http').get({ port, host: '127.0.0.1', agent: false }, (res) => {
         res.setEncoding('utf8').on('data', (text) => console.log(text)).on('end', () => server.close());
       });
     });`,
    { stdio: ['pipe', 'pipe', 'pipe', fd] },
  );
  // The child has its own copy by now; this one must not take its connections.
  owner.close();
  const result = await child.finished;
  assert.strictEqual(result.stdout, 'from fd\n', result.stderr);
  assert.strictEqual(result.code, 0);
});

test('an aborted signal closes', limit, async (t) => {
  const controller = new AbortController();
  const server = serve(t);
  server.listen({ port: 0, signal: controller.signal });
  await once(server, 'listening');
  const closed = once(server, 'close');
  controller.abort();
  await closed;
  assert.strictEqual(server.listening, false);
  const late = serve(t);
  late.listen({ port: 0, signal: controller.signal });
  await once(late, 'close');
});

test('ipv6Only leaves IPv4 alone', limit, async (t) => {
  const server = serve(t);
  server.listen({ port: 0, host: '::', ipv6Only: true });
  const [error] = await Promise.race([once(server, 'listening'), once(server, 'error')]);
  if (error) {
    t.skip(`no IPv6 here: ${error.code}`);
    return;
  }
  const { port, family } = server.address();
  assert.strictEqual(family, 'IPv6');
  let asked = 0;
  server.on('request', () => asked++);
  assert.strictEqual(await ask({ port, host: '::1' }), 'ok');
  // Nobody listens there, or another process: the port of IPv4 is free for all.
  const refused = await ask({ port, host: '127.0.0.1' }).catch(({ code }) => code);
  assert.ok(refused === 'ECONNREFUSED' || asked === 1, `${refused}, asked ${asked} times`);
});

test('EADDRINUSE as Node words it', limit, async (t) => {
  const first = serve(t);
  first.listen(0, '127.0.0.1');
  await once(first, 'listening');
  const { port } = first.address();
  const second = serve(t);
  second.listen(port, '127.0.0.1');
  const [error] = await once(second, 'error');
  const { code, syscall, address, message } = error;
  assert.deepStrictEqual(
    { code, syscall, address, port: error.port, message },
    {
      code: 'EADDRINUSE',
      syscall: 'listen',
      address: '127.0.0.1',
      port,
      message: `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
    },
  );
  assert.strictEqual(typeof error.errno, 'number');
  assert.strictEqual(second.listening, false);
  // After the failure it may listen elsewhere.
  second.listen(0, '127.0.0.1');
  await once(second, 'listening');
  assert.strictEqual(await ask({ port: second.address().port, host: '127.0.0.1' }), 'ok');
});

test('EADDRINUSE of a path, ENOENT of a folder that is not there', limit, async (t) => {
  const name = socketPath(t);
  const first = serve(t);
  first.listen(name);
  await once(first, 'listening');
  const second = serve(t);
  second.listen(name);
  const [inUse] = await once(second, 'error');
  assert.deepStrictEqual([inUse.code, inUse.address], ['EADDRINUSE', name]);
  assert.strictEqual(inUse.message, `listen EADDRINUSE: address already in use ${name}`);
  const third = serve(t);
  third.listen(path.join(name, 'not', 'there'));
  const [error] = await once(third, 'error');
  assert.match(error.code, /^(ENOENT|ENOTDIR|EACCES)$/);
  assert.strictEqual(error.syscall, 'listen');
});

test('an address that is not ours, and a name that is none', limit, async (t) => {
  const foreign = serve(t);
  foreign.listen(0, '192.0.2.1');
  const [error] = await once(foreign, 'error');
  assert.deepStrictEqual([error.code, error.address], ['EADDRNOTAVAIL', '192.0.2.1']);
  const unnamed = serve(t);
  unnamed.listen(0, 'no.such.name.invalid');
  const [unknown] = await once(unnamed, 'error');
  assert.match(unknown.code, /^(ENOTFOUND|EAI_AGAIN)$/);
});

test('wrong arguments throw', () => {
  const server = http.createServer();
  assert.throws(() => server.listen({}), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => server.listen(true), { code: 'ERR_INVALID_ARG_VALUE' });
  for (const port of [-1, 65_536, 'x1y'])
    assert.throws(() => server.listen({ port }), /ERR_SOCKET_BAD_PORT|options\.port/);
});

test('listening twice throws', limit, async (t) => {
  const server = serve(t);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  assert.throws(() => server.listen(0), {
    code: 'ERR_SERVER_ALREADY_LISTEN',
    message: 'Listen method has been called more than once without closing.',
  });
});

const exits = [
  ['an unreferenced server', 'server.unref();', 0],
  ['a closed server', 'server.close();', 0],
  ['an unreferenced server made before it listens', '', 0, 'server.unref();'],
];
for (const [what, after, code, before = ''] of exits) {
  test(`${what} lets the process exit`, limit, async (t) => {
    const program = `const server = http.createServer(() => {});
      ${before}
      server.listen(0, '127.0.0.1', () => { ${after} console.log('listening'); });`;
    const result = await runProgram(t, program);
    assert.deepStrictEqual([result.code, result.signal], [code, null], result.stderr);
    assert.ok(result.stdout === 'listening\n' || before !== '');
  });
}

test('a referenced server keeps the process, ref() undoes unref()', limit, async (t) => {
  const program = `const server = http.createServer(() => {});
    server.listen(0, '127.0.0.1', () => {
      server.unref(); server.ref();
      setTimeout(() => { console.log('still here'); process.exit(3); }, 200).unref();
    });`;
  const result = await runProgram(t, program);
  assert.deepStrictEqual([result.code, result.stdout], [3, 'still here\n'], result.stderr);
});

test('an open connection keeps the process, closing it lets it exit', limit, async (t) => {
  const program = `const server = http.createServer((req, res) => res.end('x'));
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const client = require('net').connect(port, '127.0.0.1');
      client.write('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
      client.once('data', () => { server.close(); client.destroy(); console.log('done'); });
    });`;
  const result = await runProgram(t, program);
  assert.deepStrictEqual([result.code, result.stdout], [0, 'done\n'], result.stderr);
});

onNative('a port is free again after close', async ({ listen }) => {
  let port = 0;
  for (let i = 0; i < 150; i++) {
    const server = http.createServer();
    port = await listen(server, port, '127.0.0.1');
    await new Promise((resolve) => server.close(resolve));
  }
});
