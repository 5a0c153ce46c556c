'use strict';
// Dialling: names, addresses, local ends, pipes, and what it says when there is nobody.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const http = require('../support/subject');
const { completeResponse, errorOf, untilEvent, watchExchange } = require('./observe');
const { onOneWay } = require('./ways');

const limit = { timeout: 60_000 };

/** A busy machine may hear of a refusal later than a quarter of a second. */
const PATIENT = { autoSelectFamilyAttemptTimeout: 10_000 };

/** Sends a GET that Node's server answers; resolves to the request's socket. */
async function served(world, options) {
  if (world.handled === null) world.serve((_req, res) => res.end('x'));
  const req = world.get({ agent: false, ...options });
  await completeResponse(req);
  return req.socket;
}

/** A port of 127.0.0.1 on which nobody listens. */
async function closedPort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

onOneWay('lookup: one address', async (world) => {
  const asked = [];
  const lookup = (hostname, options, callback) => {
    asked.push([hostname, options.all]);
    setImmediate(() =>
      options.all
        ? callback(null, [{ address: '127.0.0.1', family: 4 }])
        : callback(null, '127.0.0.1', 4),
    );
  };
  const req = world.get({ agent: false, host: 'name.test', lookup });
  const seen = untilEvent(req, 'socket').then((socket) => once(socket, 'lookup'));
  world.serve((_req, res) => res.end('x'));
  await completeResponse(req);
  assert.strictEqual(asked.length, 1);
  assert.strictEqual(asked[0][0], 'name.test');
  const [error, address, family, host] = await seen;
  assert.deepStrictEqual([error, address, family, host], [null, '127.0.0.1', 4, 'name.test']);
});

onOneWay('lookup: called at once', async (world) => {
  const lookup = (_hostname, options, callback) =>
    options.all
      ? callback(null, [{ address: '127.0.0.1', family: 4 }])
      : callback(null, '127.0.0.1', 4);
  const req = world.get({ agent: false, host: 'name.test', lookup });
  world.serve((_req, res) => res.end('at once'));
  assert.strictEqual((await completeResponse(req)).text, 'at once');
});

onOneWay('lookup: the first of several addresses does not answer', async (world) => {
  const lookup = (_hostname, options, callback) => {
    const addresses = [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    if (options.all) callback(null, addresses);
    else callback(null, '127.0.0.1', 4);
  };
  const options = { host: 'name.test', lookup, autoSelectFamily: true, ...PATIENT };
  await served(world, options);
  assert.strictEqual(world.connections, 1);
});

onOneWay('family and hints are passed to lookup', async (world) => {
  const { ADDRCONFIG } = require('node:dns');
  let given;
  const lookup = (_hostname, options, callback) => {
    given = options;
    if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
  await served(world, { host: 'name.test', family: 4, hints: ADDRCONFIG, lookup });
  assert.strictEqual(given.family, 4);
  assert.strictEqual(given.hints, ADDRCONFIG);
});

test('lookup: an error is the error of the request', limit, async () => {
  const failure = Object.assign(new Error('getaddrinfo ENOTFOUND name.test'), {
    code: 'ENOTFOUND',
    errno: -3008,
    hostname: 'name.test',
    syscall: 'getaddrinfo',
  });
  for (const agent of [false, undefined]) {
    const lookup = (_hostname, _options, callback) => process.nextTick(callback, failure);
    const req = http.get({ agent, host: 'name.test', lookup });
    const log = watchExchange(req);
    const closed = untilEvent(req, 'close');
    assert.strictEqual(await errorOf(req), failure);
    await closed;
    assert.deepStrictEqual(log, [
      'socket',
      'error ENOTFOUND: getaddrinfo ENOTFOUND name.test',
      'close',
    ]);
  }
});

test('lookup: nonsense is an error', limit, async () => {
  const lookup = (_hostname, options, callback) =>
    process.nextTick(callback, null, options.all ? [{ address: 'no', family: 4 }] : 'no', 4);
  const req = http.get({ agent: false, host: 'name.test', lookup });
  assert.strictEqual((await errorOf(req)).code, 'ERR_INVALID_IP_ADDRESS');
});

test('a name that does not exist', limit, async () => {
  const req = http.get({ agent: false, host: 'nowhere.invalid' });
  const error = await errorOf(req);
  assert.ok(['ENOTFOUND', 'EAI_AGAIN'].includes(error.code), error.code);
  assert.strictEqual(error.syscall, 'getaddrinfo');
  assert.strictEqual(error.hostname, 'nowhere.invalid');
});

for (const agent of [false, undefined]) {
  test(`ECONNREFUSED ${agent === false ? 'without a pool' : 'with'}`, limit, async () => {
    const port = await closedPort();
    const error = await errorOf(http.get({ agent, host: '127.0.0.1', port }));
    assert.strictEqual(error.code, 'ECONNREFUSED');
    assert.strictEqual(error.errno, -os.constants.errno.ECONNREFUSED);
    assert.strictEqual(error.syscall, 'connect');
    assert.strictEqual(error.address, '127.0.0.1');
    assert.strictEqual(error.port, port);
    assert.strictEqual(error.message, `connect ECONNREFUSED 127.0.0.1:${port}`);
  });
}

test('ECONNREFUSED at several addresses', limit, async () => {
  const port = await closedPort();
  const lookup = (_hostname, _options, callback) =>
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]);
  const options = { host: 'name.test', port, lookup, autoSelectFamily: true, ...PATIENT };
  const error = await errorOf(http.get({ agent: false, ...options }));
  assert.strictEqual(error.code, 'ECONNREFUSED');
  assert.ok(error instanceof AggregateError);
  assert.deepStrictEqual(
    error.errors.map(({ address }) => address),
    ['127.0.0.1', '127.0.0.2'],
  );
});

test('a pipe that does not exist', limit, async () => {
  const socketPath = path.join(os.tmpdir(), 'rust-http-nobody.sock');
  const error = await errorOf(http.get({ agent: false, socketPath }));
  assert.strictEqual(error.code, 'ENOENT');
  assert.strictEqual(error.syscall, 'connect');
  assert.strictEqual(error.address, socketPath);
});

onOneWay('localAddress and localPort', async (world) => {
  const localPort = await closedPort();
  world.serve((req, res) => res.end(`${req.socket.remoteAddress}:${req.socket.remotePort}`));
  const req = world.get({ agent: false, localAddress: '127.0.0.2', localPort });
  const { text } = await completeResponse(req);
  assert.strictEqual(text, `127.0.0.2:${localPort}`);
  const taken = await errorOf(world.get({ agent: false, localAddress: '192.0.2.1' }));
  assert.strictEqual(taken.code, 'EADDRNOTAVAIL');
});

test('IPv6', limit, async (t) => {
  const server = require('node:http').createServer((req, res) => res.end(req.headers.host));
  server.listen(0, '::1');
  const [error] = await Promise.race([once(server, 'listening'), once(server, 'error')]);
  if (error) {
    t.skip(`no IPv6 here: ${error.code}`);
    return;
  }
  t.after(() => server.close());
  const { port } = server.address();
  for (const target of [{ host: '::1', port }, `http://[::1]:${port}/`]) {
    const req = http.get(target, typeof target === 'string' ? { agent: false } : undefined);
    let family;
    req.on('response', () => {
      family = req.socket.remoteFamily;
    });
    assert.strictEqual((await completeResponse(req)).text, `[::1]:${port}`);
    assert.strictEqual(family, 'IPv6');
    req.socket.destroy();
  }
  http.globalAgent.destroy();
});

onOneWay("'localhost' is the default", async (world) => {
  const { port } = world.address;
  const lookup = (hostname, options, callback) => {
    assert.strictEqual(hostname, 'localhost');
    if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
  world.serve((req, res) => res.end(req.headers.host));
  const { text } = await completeResponse(http.get({ agent: false, port, lookup }));
  assert.strictEqual(text, `localhost:${port}`);
});

test('a signal that is aborted already', limit, async () => {
  const reason = new Error('reason');
  const req = http.get({ agent: false, signal: AbortSignal.abort(reason), port: 1 });
  const log = watchExchange(req);
  const closed = untilEvent(req, 'close');
  const error = await errorOf(req);
  assert.strictEqual(error.name, 'AbortError');
  assert.strictEqual(error.code, 'ABORT_ERR');
  assert.strictEqual(error.cause, reason);
  await closed;
  assert.deepStrictEqual(log, ['error ABORT_ERR: The operation was aborted', 'close']);
});

onOneWay('a signal that aborts while connecting', async ({ get }) => {
  const controller = new AbortController();
  const req = get({ agent: false, signal: controller.signal });
  req.on('socket', () => controller.abort());
  assert.strictEqual((await errorOf(req)).name, 'AbortError');
  assert.strictEqual(req.destroyed, true);
});

onOneWay('a signal that aborts after the end harms nothing', async (world) => {
  const controller = new AbortController();
  world.serve((_req, res) => res.end('x'));
  const req = world.get({ signal: controller.signal });
  await completeResponse(req);
  if (!req.closed) await untilEvent(req, 'close');
  controller.abort();
  const next = world.get({});
  assert.strictEqual(next.reusedSocket, true);
  assert.strictEqual((await completeResponse(next)).text, 'x');
});

onOneWay('createConnection: by callback, and once only', async (world) => {
  const { port } = world.address;
  world.serve((_req, res) => res.end('x'));
  const createConnection = (options, callback) => {
    assert.strictEqual(options.path, undefined);
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => {
      callback(null, socket);
      callback(new Error('a second call'));
    });
  };
  const req = http.get({ createConnection, path: '/p' });
  assert.strictEqual((await completeResponse(req)).text, 'x');
});

test('createConnection: an error by callback', limit, async () => {
  const mine = new Error('mine');
  const byCallback = http.get({ createConnection: (_options, callback) => void callback(mine) });
  assert.strictEqual(await errorOf(byCallback), mine);
});

onOneWay('createConnection: a socket that was connected before', async (world) => {
  const accepted = world.accept();
  const socket = net.connect(world.address.port, '127.0.0.1');
  await once(socket, 'connect');
  const peer = await accepted;
  const req = http.get({ createConnection: () => socket, path: '/given' });
  assert.strictEqual((await peer.request()).target, '/given');
  peer.answer('x');
  assert.strictEqual((await completeResponse(req)).text, 'x');
});

// So do what mocks the network (msw's interceptors): the socket that reads goes on to do so.
onOneWay('createConnection: a socket with the handle of another one', async (world) => {
  world.serve((req, res) => req.pipe(res));
  const createConnection = () => {
    const reading = net.connect(world.address.port, '127.0.0.1');
    const socket = new net.Socket();
    socket.connecting = true;
    reading.once('connect', () => {
      socket._handle = reading._handle;
      socket.connecting = false;
      socket.emit('connect');
    });
    reading.on('data', (chunk) => socket.push(chunk)).on('end', () => socket.push(null));
    reading.on('error', (error) => socket.destroy(error));
    return socket;
  };
  const req = http.request({ createConnection, method: 'POST' });
  req.end('content');
  assert.strictEqual((await completeResponse(req)).text, 'content');
});

for (const keepAlive of [true, false]) {
  onOneWay(`the addresses are known at the end, keepAlive: ${keepAlive}`, async (world) => {
    const { address, get, t } = world;
    const agent = new http.Agent({ keepAlive });
    t.after(() => agent.destroy());
    world.serve((_req, res) => res.end('x'));
    const req = get({ agent });
    const seen = [];
    req.on('response', (res) =>
      res.on('end', () => {
        const { localPort, remoteAddress, remotePort } = req.socket;
        seen.push(remoteAddress, remotePort, typeof localPort);
      }),
    );
    await completeResponse(req);
    assert.deepStrictEqual(seen, ['127.0.0.1', address.port, 'number']);
  });
}

onOneWay('many connections at a time', async (world) => {
  const sockets = await Promise.all(Array.from({ length: 50 }, () => served(world, {})));
  assert.strictEqual(new Set(sockets).size, 50);
  assert.strictEqual(world.connections, 50);
});
