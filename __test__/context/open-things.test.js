'use strict';
// What tools see of what is open: those that ask `process`, those that follow async resources, and those
// that wrap what the handles of `net` call.
const assert = require('node:assert');
const { createHook, executionAsyncId } = require('node:async_hooks');
const { once } = require('node:events');
const net = require('node:net');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const http = require('../support/subject');
const { runProgram } = require('../support/child');

const limit = { timeout: 20_000 };

/** A program that prints what is open in each situation, with the given `address` to listen at. */
const situations = (address) => `
  const { once } = require('events');
  const { setTimeout: later } = require('timers/promises');
  const seen = {};
  const role = new Map();
  const standard = [process.stdout, process.stderr];
  const kinds = () => process.getActiveResourcesInfo().filter((kind) => /Server|Socket|Pipe|rust/i.test(kind));
  const before = kinds().length;
  const see = (what) => {
    const handles = process._getActiveHandles().filter((one) => !standard.includes(one));
    seen[what] = [handles.map((one) => role.get(one) ?? one.constructor.name).sort(), kinds().length - before];
  };
  const settled = () => later(30);
  const agent = new http.Agent({ keepAlive: true });
  let held;
  const server = http.createServer((req, res) => {
    role.set(req.socket, 'accepted');
    if (req.url === '/held') held = res;
    else res.end('x');
  });
  const ask = (path) => {
    const { port } = server.address();
    const where = port === undefined ? { socketPath: server.address() } : { port, host: '127.0.0.1' };
    const req = http.get({ ...where, path, agent });
    req.on('socket', (socket) => role.set(socket, 'dialled'));
    req.on('response', (res) => res.resume());
    return req;
  };
  (async () => {
    role.set(server, 'server');
    server.listen(${address});
    await once(server, 'listening');
    see('listening');
    await once(ask('/'), 'close');
    await settled();
    see('idle');
    const req = ask('/held');
    await once(server, 'request');
    see('under way');
    held.socket.unref();
    req.socket.unref();
    see('unreferenced');
    held.socket.ref();
    held.end();
    await once(req, 'close');
    server.unref();
    await settled();
    see('server unreferenced');
    server.ref();
    agent.destroy();
    await settled();
    server.close();
    await once(server, 'close');
    await settled();
    see('closed');
    console.log(JSON.stringify(seen));
  })();`;

for (const [what, address] of [
  ['TCP', "0, '127.0.0.1'"],
  ['a Unix socket', JSON.stringify(path.join(tmpdir(), `rust-http-open-${process.pid}`))],
]) {
  test(`process tells what is open on ${what}`, limit, async (t) => {
    const { stdout, stderr } = await runProgram(t, situations(address));
    assert.strictEqual(stderr, '');
    assert.deepStrictEqual(JSON.parse(stdout), {
      listening: [['server'], 1],
      idle: [['accepted', 'server'], 2],
      'under way': [['accepted', 'dialled', 'server'], 3],
      unreferenced: [['server'], 1],
      'server unreferenced': [['accepted'], 1],
      closed: [[], 0],
    });
  });
}

test(
  'functions of process are extended once, however many instances there are',
  limit,
  async (t) => {
    const { stdout, stderr } = await runProgram(
      t,
      `const file = require.resolve(${JSON.stringify(path.join(__dirname, '..', '..'))});
     const folder = require('path').dirname(file);
     const instances = [http];
     for (let i = 0; i < 3; i++) {
       for (const key of Object.keys(require.cache)) if (key.startsWith(folder)) delete require.cache[key];
       instances.push(require(file));
     }
     const servers = instances.map((one) => one.createServer().listen(0));
     const first = process._getActiveHandles;
     setImmediate(() => {
       console.log(process._getActiveHandles === first, process._getActiveHandles.name);
       console.log(servers.every((one) => process._getActiveHandles().includes(one)));
       for (const one of servers) one.close();
     });`,
    );
    assert.strictEqual(stderr, '');
    assert.strictEqual(stdout, 'true _getActiveHandles\ntrue\n');
  },
);

test(
  'async resources: each that lives on is what Node says of it, and has a reference',
  limit,
  async (t) => {
    const { stdout, stderr } = await runProgram(
      t,
      `const { createHook } = require('async_hooks');
     const { once } = require('events');
     const alive = new Map();
     const standard = [process.stdout, process.stderr];
     const hook = createHook({
       init(id, type, _trigger, resource) { alive.set(id, [type, resource]); },
       destroy(id) { alive.delete(id); },
     }).enable();
     const kept = () => [...alive.values()]
       .filter(([type, resource]) => resource.hasRef?.() !== false && !/Tick|PROMISE|Timeout|Immediate|^DNS/.test(type))
       .map(([type]) => type).sort().join();
     const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
     const server = http.createServer((req, res) => res.end('x')).listen(0, '127.0.0.1');
     (async () => {
       await once(server, 'listening');
       await later(20);
       console.log(kept());
       const agent = new http.Agent({ keepAlive: true });
       const [res] = await once(http.get({ port: server.address().port, agent }), 'response');
       res.resume();
       await once(res, 'end');
       await later(20);
       console.log(/TCPSERVERWRAP.*TCPWRAP/.test(kept()), /rust/i.test(kept()));
       agent.destroy();
       await later(20);
       server.close();
       await later(20);
       console.log(kept().replace(/,?HTTP\\w+/g, ''));
     })();`,
    );
    assert.strictEqual(stderr, '');
    assert.strictEqual(stdout, 'TCPSERVERWRAP\ntrue false\n\n');
  },
);

test('a request is triggered by its connection, that by its server', limit, async (t) => {
  const triggers = new Map();
  const hook = createHook({
    init: (id, type, trigger) => triggers.set(id, [type, trigger]),
    destroy() {},
  }).enable();
  t.after(() => hook.disable());
  const way = [];
  const server = http.createServer((_req, res) => {
    for (let id = executionAsyncId(); triggers.has(id); id = triggers.get(id)[1]) {
      way.push(triggers.get(id)[0]);
    }
    res.end('x');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  client.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n').resume();
  await once(client, 'close');
  server.close();
  const expected = ['HTTPINCOMINGMESSAGE', 'TCPWRAP', 'TCPSERVERWRAP'];
  assert.deepStrictEqual(way.slice(0, 3), expected);
});

test('who has wrapped the reading of a client socket is called', limit, async (t) => {
  const server = http.createServer((req, res) => req.pipe(res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  let reading = null;
  /** As continuation-local-storage does it, to tell the requests' contexts. */
  class WatchingAgent extends http.Agent {
    addRequest(req, ...rest) {
      const { onSocket } = req;
      req.onSocket = function (socket, ...args) {
        watchReading(socket._handle, (request) => {
          reading = request;
        });
        return Reflect.apply(onSocket, this, [socket, ...args]);
      };
      return super.addRequest(req, ...rest);
    }
  }
  const watchReading = (handle, tell) => {
    const number = ++requests;
    handle.original ??= handle.onread;
    handle.onread = function (...args) {
      tell(number);
      Reflect.apply(handle.original, this, args);
      tell(null);
    };
  };
  let requests = 0;
  const agent = new WatchingAgent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  for (const number of [1, 2, 3]) {
    const { port } = server.address();
    const req = http.request({ port, host: '127.0.0.1', method: 'POST', agent });
    const responded = new Promise((resolve, reject) => {
      req.on('error', reject);
      req.on('response', (res) => {
        assert.strictEqual(reading, number);
        res.resume().on('end', resolve);
      });
    });
    req.end('content');
    await responded;
    if (!req.closed) await once(req, 'close');
  }
});

test('async hooks are told of each resource once', limit, async (t) => {
  const resources = [];
  const hook = createHook({ init: (_id, _type, _trigger, resource) => resources.push(resource) });
  hook.enable();
  t.after(() => hook.disable());
  const server = http.createServer((_req, res) => res.end('x')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await new Promise((resolve, reject) => {
    const req = http.get({ port: server.address().port, agent: false }, (res) => {
      res.resume().on('end', resolve);
    });
    req.on('error', reject);
  });
  server.close();
  await once(server, 'close');
  assert.strictEqual(new Set(resources).size, resources.length);
});
