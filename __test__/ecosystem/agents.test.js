'use strict';
// Agents of other packages: they inherit from Agent, override its methods, and keep its books.
const assert = require('node:assert');
const { once } = require('node:events');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');
const { test } = require('node:test');
const { cert, key } = require('../agent/tls-fixture');
const { contentOf } = require('../support/events');
const http = require('../support/subject');
const { closing, listen, origin } = require('./ends');

const limit = { timeout: 60_000 };

/** An agent in the way of agent-base: a socket that comes later, entered in the books before. */
class LaterAgent extends http.Agent {
  constructor(options, make) {
    super(options);
    this.make = make;
    this.calls = [];
  }
  createSocket(req, options, callback) {
    this.calls.push('createSocket');
    const name = this.getName(options);
    const placeholder = new net.Socket({ writable: false });
    this.sockets[name] ??= [];
    this.sockets[name].push(placeholder);
    this.totalSocketCount++;
    Promise.resolve(this.make(req, options)).then(
      (socket) => {
        const at = this.sockets[name].indexOf(placeholder);
        this.sockets[name].splice(at, 1);
        if (this.sockets[name].length === 0) delete this.sockets[name];
        this.totalSocketCount--;
        if (socket instanceof http.Agent) return socket.addRequest(req, options);
        this.current = socket;
        return super.createSocket(req, options, callback);
      },
      (error) => callback(error),
    );
  }
  createConnection() {
    const { current } = this;
    this.current = undefined;
    return current;
  }
}

async function ask(options, content) {
  const req = (options.module ?? http).request({ host: '127.0.0.1', ...options });
  req.end(content);
  const [res] = await once(req, 'response');
  return { req, res, text: String(await contentOf(res)) };
}

test('createSocket overridden, its super called, the books written to', limit, async (t) => {
  const { port } = await origin(t, (req, res) => req.pipe(res));
  const make = async (_req, options) => {
    await new Promise(setImmediate);
    return net.connect(options);
  };
  const agent = closing(t, new LaterAgent({ keepAlive: true, maxSockets: 1 }, make));
  const both = [
    ask({ port, agent, method: 'PUT' }, 'one'),
    ask({ port, agent, method: 'PUT' }, 'two'),
  ];
  assert.strictEqual(agent.totalSocketCount, 1);
  const texts = (await Promise.all(both)).map(({ text }) => text);
  assert.deepStrictEqual(texts, ['one', 'two']);
  assert.deepStrictEqual(agent.calls, ['createSocket']);
  assert.strictEqual(agent.totalSocketCount, 1);
});

test('an agent that delegates to another', limit, async (t) => {
  const { port } = await origin(t, (_req, res) => res.end('by the other'));
  const other = closing(t, new http.Agent({ keepAlive: true }));
  const agent = closing(t, new LaterAgent({}, () => other));
  assert.strictEqual((await ask({ port, agent })).text, 'by the other');
  const sockets = [...Object.values(other.sockets), ...Object.values(other.freeSockets)].flat();
  assert.strictEqual(sockets.length, 1);
});

test('an agent whose socket cannot be made', limit, async (t) => {
  const make = () => Promise.reject(Object.assign(new Error('mine'), { code: 'EMINE' }));
  const agent = closing(t, new LaterAgent({}, make));
  const [error] = await once(http.get({ port: 1, agent }), 'error');
  assert.deepStrictEqual([error.code, error.message], ['EMINE', 'mine']);
});

test('addRequest overridden, with onSocket called later', limit, async (t) => {
  const { port } = await origin(t, (_req, res) => res.end('by hand'));
  class ByHand extends http.Agent {
    addRequest(req, options) {
      process.nextTick(() => req.onSocket(net.connect(options.port, options.host)));
    }
  }
  assert.strictEqual((await ask({ port, agent: closing(t, new ByHand()) })).text, 'by hand');
});

test("one agent for http and Node's https, which it tells apart by the stack", limit, async (t) => {
  const { port } = await origin(t, (_req, res) => res.end('plain'));
  const secure = https.createServer({ cert, key }, (_req, res) => res.end('secure'));
  const securePort = await listen(t, secure);
  const stacks = [];
  const make = (_req, options) => {
    return options.secureEndpoint
      ? tls.connect({ ...options, ca: cert, servername: '' })
      : net.connect(options);
  };
  class Either extends LaterAgent {
    addRequest(req, options) {
      const lines = new Error().stack.split('\n');
      const isSecure = lines.some((line) => /\(https\.js:|node:https:/.test(line));
      stacks.push(isSecure);
      return super.addRequest(req, { ...options, secureEndpoint: isSecure });
    }
  }
  const agent = closing(t, new Either({ keepAlive: true }, make));
  assert.strictEqual((await ask({ port, agent, protocol: 'http:' })).text, 'plain');
  // Node's https asks an agent for its protocol.
  agent.protocol = 'https:';
  for (let i = 0; i < 2; i++) {
    const { req, text } = await ask({ module: https, port: securePort, agent });
    assert.deepStrictEqual([text, req.reusedSocket], ['secure', i === 1]);
    if (i === 0) while (agent.totalSocketCount === 0) await new Promise(setImmediate);
  }
  assert.deepStrictEqual(stacks, [false, true, true]);
});

test('a head made anew by hand, after its first version was queued', limit, async (t) => {
  const { port } = await origin(t, async (req, res) => {
    res.end(`${req.url} ${req.headers['proxy-x']} ${await contentOf(req)}`);
  });
  class Proxying extends http.Agent {
    addRequest(req, options) {
      // What http-proxy-agent does when the request was written before the socket is there.
      setImmediate(() => {
        req._header = null;
        req.setHeader('Proxy-X', 'yes');
        req.path = 'http://target.test/absolute';
        req._implicitHeader();
        if (req.outputData?.length > 0) {
          const first = req.outputData[0].data;
          const end = first.indexOf('\r\n\r\n') + 4;
          req.outputData[0].data = req._header + first.substring(end);
        }
        super.addRequest(req, options);
      });
    }
  }
  const agent = closing(t, new Proxying());
  const { text } = await ask({ port, agent, method: 'PUT', path: '/relative' }, 'content');
  assert.strictEqual(text, 'http://target.test/absolute yes content');
});

test(
  'keepSocketAlive, reuseSocket, createConnection, getName and removeSocket overridden',
  limit,
  async (t) => {
    const { port } = await origin(t, (_req, res) => res.end('x'));
    const calls = [];
    class Watching extends http.Agent {
      getName(options) {
        return `mine:${super.getName(options)}`;
      }
      createConnection(options, callback) {
        calls.push(`create ${typeof callback}`);
        return super.createConnection(options, callback);
      }
      keepSocketAlive(socket) {
        calls.push(`keep ${socket._httpMessage === null}`);
        return super.keepSocketAlive(socket);
      }
      reuseSocket(socket, req) {
        calls.push(`reuse ${req instanceof http.ClientRequest}`);
        return super.reuseSocket(socket, req);
      }
      removeSocket(socket, options) {
        calls.push('remove');
        return super.removeSocket(socket, options);
      }
    }
    const agent = closing(t, new Watching({ keepAlive: true, maxSockets: 1 }));
    const freed = [];
    agent.on('free', (_socket, options) => freed.push(options.port));
    const three = await Promise.all([1, 2, 3].map(() => ask({ port, agent })));
    while (Object.keys(agent.freeSockets).length === 0) await new Promise(setImmediate);
    const [name] = Object.keys(agent.freeSockets);
    assert.match(name, /^mine:127\.0\.0\.1:/);
    assert.deepStrictEqual(
      [agent.sockets, agent.requests],
      [{ __proto__: null }, { __proto__: null }],
    );
    const [socket] = agent.freeSockets[name];
    assert.strictEqual(socket, three[0].req.socket);
    assert.ok(Array.isArray(socket.listeners('timeout')));
    assert.deepStrictEqual(freed, [port, port, port]);
    const removed = once(socket, 'close');
    socket.destroy();
    await removed;
    assert.deepStrictEqual(agent.freeSockets, { __proto__: null });
    assert.strictEqual(calls[0], 'create function');
    const count = (name) => calls.filter((call) => call.startsWith(name)).length;
    assert.deepStrictEqual([count('create'), count('keep'), count('remove') > 0], [1, 1, true]);
  },
);

test("an idle socket's time is exact, and its message known while it works", limit, async (t) => {
  const { port, server } = await origin(t, (_req, res) => res.end('x'));
  server.keepAliveTimeout = 60_000;
  const agent = closing(t, new http.Agent({ keepAlive: true, timeout: 80 }));
  const begun = performance.now();
  const req = http.get({ port, host: '127.0.0.1', agent });
  const [socket] = await once(req, 'socket');
  assert.strictEqual(socket._httpMessage, req);
  const [res] = await once(req, 'response');
  await contentOf(res);
  await once(socket, 'timeout');
  const waited = performance.now() - begun;
  assert.ok(waited > 78 && waited < 15_000, `${waited} ms`);
  await once(socket, 'close');
  assert.deepStrictEqual(agent.freeSockets, { __proto__: null });
});
