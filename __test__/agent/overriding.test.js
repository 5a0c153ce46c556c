'use strict';
// Agents of other makers: each method that may be overridden is called, and what it says is done.
const assert = require('node:assert');
const net = require('node:net');
const { completeResponse, errorOf, untilEvent } = require('../client/observe');
const { onOneWay } = require('../client/ways');
const duplexPair = require('../support/duplex-pair');
const { turn } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');
const http = require('../support/subject');
const countsOf = require('./counts');

/** `get` through an agent of `Class`, Node's server answering; resolves when the socket is free. */
function exchanging({ get, serve, t }, Class, options) {
  const agent = new Class({ keepAlive: true, ...options });
  t.after(() => agent.destroy());
  serve((req, res) => res.end(req.url));
  const exchange = async (path = '/') => {
    const req = get({ agent, path });
    const closed = untilEvent(req, 'close');
    const res = await completeResponse(req);
    assert.strictEqual(res.text, path);
    await closed;
    await turn();
    return req;
  };
  return { agent, exchange };
}

onOneWay('addRequest', async (world) => {
  const added = [];
  class Own extends http.Agent {
    addRequest(req, options, ...rest) {
      added.push([req.path, options.port, rest.length]);
      req.setHeader('X-Added', 'yes');
      super.addRequest(req, options, ...rest);
    }
  }
  const { exchange } = exchanging(world, Own);
  const req = await exchange('/a');
  assert.deepStrictEqual(added, [['/a', world.address.port, 0]]);
  assert.match(req._header, /X-Added: yes/);
});

onOneWay('addRequest that gives a socket of its own', async (world) => {
  class Own extends http.Agent {
    addRequest(req, options) {
      req.onSocket(net.connect(options.port, options.host));
    }
  }
  const { agent, exchange } = exchanging(world, Own);
  await exchange('/a');
  await exchange('/b');
  assert.strictEqual(world.connections, 2);
  assert.strictEqual(agent.totalSocketCount, 0);
});

onOneWay('addRequest that gives an error', async (world) => {
  const mine = new Error('mine');
  class Own extends http.Agent {
    addRequest(req) {
      process.nextTick(() => req.onSocket(null, mine));
    }
  }
  const req = world.get({ agent: new Own() });
  const closed = untilEvent(req, 'close');
  assert.strictEqual(await errorOf(req), mine);
  await closed;
});

onOneWay('createSocket', async (world) => {
  let calls = 0;
  class Own extends http.Agent {
    createSocket(req, options, callback) {
      calls++;
      assert.ok(req instanceof http.ClientRequest);
      assert.strictEqual(typeof callback, 'function');
      setImmediate(() => super.createSocket(req, options, callback));
    }
  }
  const { exchange } = exchanging(world, Own);
  await exchange('/a');
  await exchange('/b');
  assert.strictEqual(calls, 1);
});

for (const [form, connect] of [
  ['returns a socket', (options) => net.connect(options)],
  ['calls back', (options, callback) => void callback(null, net.connect(options))],
  [
    'calls back later',
    (options, callback) => {
      const socket = net.connect(options, () => callback(null, socket));
    },
  ],
  [
    'calls back twice',
    (options, callback) => {
      callback(null, net.connect(options));
      callback(new Error('a second time'));
    },
  ],
]) {
  onOneWay(`createConnection ${form}`, async (world) => {
    let given;
    class Own extends http.Agent {
      createConnection(options, callback) {
        given = options;
        return connect(options, callback);
      }
    }
    const { agent, exchange } = exchanging(world, Own);
    const [first, second] = [await exchange('/a'), await exchange('/b')];
    assert.strictEqual(given.port, world.address.port);
    assert.strictEqual(given.host, '127.0.0.1');
    assert.strictEqual(second.reusedSocket, true);
    assert.strictEqual(second.socket, first.socket);
    assert.deepStrictEqual(Object.values(countsOf(agent).free), [1]);
  });
}

onOneWay('createConnection on the instance', async (world) => {
  const { agent, exchange } = exchanging(world, http.Agent);
  let calls = 0;
  agent.createConnection = (options) => {
    calls++;
    return net.connect(options);
  };
  await exchange('/a');
  assert.strictEqual(calls, 1);
});

onOneWay('createConnection that fails', async (world) => {
  const mine = new Error('mine');
  class Own extends http.Agent {
    createConnection(_options, callback) {
      process.nextTick(callback, mine);
    }
  }
  const agent = new Own();
  const req = world.get({ agent });
  const closed = untilEvent(req, 'close');
  assert.strictEqual(await errorOf(req), mine);
  await closed;
  assert.strictEqual(agent.totalSocketCount, 0);
});

onOneWay('createConnection that returns a stream in memory', async (world) => {
  class Own extends http.Agent {
    createConnection() {
      const [near, far] = duplexPair();
      // What an agent asks of a socket that it keeps.
      for (const name of ['ref', 'unref', 'setKeepAlive', 'setTimeout']) near[name] = () => near;
      world.onConnection(far);
      return near;
    }
  }
  const { exchange } = exchanging(world, Own);
  const [first, second] = [await exchange('/a'), await exchange('/b')];
  assert.ok(!(first.socket instanceof net.Socket));
  assert.strictEqual(second.socket, first.socket);
  assert.strictEqual(world.connections, 1);
});

onOneWay('getName', async (world) => {
  class Own extends http.Agent {
    getName(options) {
      return `own ${super.getName(options).split(':')[0]}`;
    }
  }
  const { agent, exchange } = exchanging(world, Own);
  await exchange('/a');
  assert.deepStrictEqual(countsOf(agent).free, { 'own 127.0.0.1': 1 });
  const req = await exchange('/b');
  assert.strictEqual(req.reusedSocket, true);
});

onOneWay('keepSocketAlive that says no', async (world) => {
  const asked = [];
  class Own extends http.Agent {
    keepSocketAlive(socket) {
      asked.push(socket);
      return false;
    }
  }
  const { agent, exchange } = exchanging(world, Own);
  const req = await exchange('/a');
  assert.deepStrictEqual(asked, [req.socket]);
  assert.strictEqual(req.socket.destroyed, true);
  await turn();
  assert.deepStrictEqual(countsOf(agent).free, {});
});

onOneWay('keepSocketAlive and reuseSocket are called in turn', async (world) => {
  const log = [];
  class Own extends http.Agent {
    keepSocketAlive(socket) {
      log.push(['keep', socket]);
      return super.keepSocketAlive(socket);
    }

    reuseSocket(socket, req) {
      log.push(['reuse', socket, req.path]);
      super.reuseSocket(socket, req);
    }
  }
  const { exchange } = exchanging(world, Own);
  const { socket } = await exchange('/a');
  await exchange('/b');
  assert.deepStrictEqual(log, [
    ['keep', socket],
    ['reuse', socket, '/b'],
    ['keep', socket],
  ]);
});

onOneWay('keepSocketAlive that sets the timeout on its way', async (world) => {
  class Own extends http.Agent {
    keepSocketAlive(socket) {
      this.options.timeout = 1234;
      return super.keepSocketAlive(socket);
    }
  }
  const { exchange } = exchanging(world, Own, { timeout: 60_000 });
  const { socket } = await exchange('/a');
  assert.strictEqual(socket.timeout, 1234);
});

const guarded =
  onNodeHttp && "Node's own keeps its guard on the socket unless super.reuseSocket() runs";

onOneWay(
  'reuseSocket decides what reusedSocket says',
  { skip: hostHas(22) && guarded },
  async (world) => {
    class Own extends http.Agent {
      reuseSocket(socket) {
        socket.ref();
      }
    }
    const { exchange } = exchanging(world, Own);
    await exchange('/a');
    const req = await exchange('/b');
    assert.strictEqual(req.reusedSocket, false);
    assert.strictEqual(world.connections, 1);
  },
);

onOneWay('removeSocket', async (world) => {
  const removed = [];
  class Own extends http.Agent {
    removeSocket(socket, options) {
      removed.push([socket, this.getName(options)]);
      super.removeSocket(socket, options);
    }
  }
  const { agent, exchange } = exchanging(world, Own);
  const { socket } = await exchange('/a');
  const name = `127.0.0.1:${world.address.port}:`;
  assert.deepStrictEqual(removed, [[socket, name]]);
  const closed = untilEvent(socket, 'close');
  agent.destroy();
  await closed;
  assert.deepStrictEqual(removed.at(-1), [socket, name]);
});

onOneWay("a listener of 'free' on the agent", async (world) => {
  const { agent, exchange } = exchanging(world, http.Agent);
  const freed = [];
  agent.on('free', (socket) => freed.push(socket));
  const req = await exchange('/a');
  assert.deepStrictEqual(freed, [req.socket]);
});

onOneWay("an agent without the pool's own listener of 'free'", async (world) => {
  const { agent, exchange } = exchanging(world, http.Agent);
  agent.removeAllListeners('free');
  const freed = [];
  agent.on('free', (socket) => freed.push(socket));
  const { socket } = await exchange('/a');
  assert.deepStrictEqual(freed, [socket]);
  assert.deepStrictEqual(countsOf(agent).free, {});
  assert.strictEqual(socket.destroyed, false);
});

onOneWay('sockets that someone puts into freeSockets', async (world) => {
  const { agent, exchange } = exchanging(world, http.Agent);
  const first = await exchange('/a');
  const [name] = Object.keys(agent.freeSockets);
  const [socket] = agent.freeSockets[name].splice(0);
  const second = await exchange('/b');
  assert.notStrictEqual(second.socket, socket);
  agent.freeSockets[name].push(socket);
  const third = await exchange('/c');
  assert.strictEqual(third.socket, first.socket);
});

onOneWay('a destroyed socket in freeSockets is passed over', async (world) => {
  const { agent, exchange } = exchanging(world, http.Agent);
  const { socket } = await exchange('/a');
  socket.destroy();
  const [name] = Object.keys(agent.freeSockets);
  assert.ok(name === undefined || agent.freeSockets[name][0] === socket);
  const second = await exchange('/b');
  assert.notStrictEqual(second.socket, socket);
});
