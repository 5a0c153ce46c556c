'use strict';
// The pool: which socket a request gets, what the lists say at each step, and when sockets go.
const assert = require('node:assert');
const nodeHttp = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const { completeResponse, errorOf, exchangeEnds, untilEvent } = require('../client/observe');
const { onOneWay, onPooledWays } = require('../client/ways');
const { turn } = require('../support/events');
const { newerThanHost } = require('../support/mode');
const http = require('../support/subject');
const countsOf = require('./counts');

/** An agent that lives as long as the test. */
function agentOf(t, options) {
  const agent = new http.Agent(options);
  t.after(() => agent.destroy());
  return agent;
}

/** The name under which the connections of a way are kept. */
const nameOf = (agent, options) => agent.getName({ host: 'localhost', port: 80, ...options() });

/** Answers the next request on `peer` and waits until its socket is free or gone. */
async function finish(req, peer, fields) {
  await peer.request();
  await exchangeEnds(req, peer, 'x', fields);
}

onPooledWays('the lists say the truth at each step', async ({ accept, agent, get, options }) => {
  const name = nameOf(agent, options);
  assert.deepStrictEqual(countsOf(agent), { sockets: {}, free: {}, requests: {}, total: 0 });
  const req = get({});
  const busy = { sockets: { [name]: 1 }, free: {}, requests: {}, total: 1 };
  assert.deepStrictEqual(countsOf(agent), busy);
  const peer = await accept();
  assert.strictEqual(agent.sockets[name][0], req.socket);
  await finish(req, peer);
  const idle = { sockets: {}, free: { [name]: 1 }, requests: {}, total: 1 };
  assert.deepStrictEqual(countsOf(agent), idle);
  assert.strictEqual(agent.freeSockets[name][0], req.socket);
  const next = get({});
  assert.deepStrictEqual(countsOf(agent), busy);
  assert.strictEqual(agent.sockets[name][0], req.socket);
  await finish(next, peer);
  assert.deepStrictEqual(countsOf(agent), idle);
  const closed = untilEvent(req.socket, 'close');
  agent.destroy();
  await closed;
  assert.deepStrictEqual(countsOf(agent), { sockets: {}, free: {}, requests: {}, total: 0 });
});

onPooledWays('maxSockets: the rest waits its turn', async ({ accept, agent, get, options }) => {
  agent.maxSockets = 2;
  const name = nameOf(agent, options);
  const reqs = ['/0', '/1', '/2', '/3'].map((path) => get({ path }));
  assert.deepStrictEqual(countsOf(agent), {
    sockets: { [name]: 2 },
    free: {},
    requests: { [name]: 2 },
    total: 2,
  });
  assert.strictEqual(agent.requests[name][0], reqs[2]);
  assert.strictEqual(reqs[2].socket, null);
  const peers = [await accept(), await accept()];
  await finish(reqs[0], peers[0]);
  assert.deepStrictEqual(countsOf(agent).requests, { [name]: 1 });
  await finish(reqs[2], peers[0]);
  assert.strictEqual(reqs[2].socket, reqs[0].socket);
  assert.deepStrictEqual(countsOf(agent), {
    sockets: { [name]: 2 },
    free: {},
    requests: {},
    total: 2,
  });
  await finish(reqs[1], peers[1]);
  await finish(reqs[3], peers[0]);
  assert.deepStrictEqual(countsOf(agent), {
    sockets: {},
    free: { [name]: 2 },
    requests: {},
    total: 2,
  });
});

onOneWay('maxSockets without keepAlive: a socket each, one at a time', async (world) => {
  const { accept, get, t } = world;
  const agent = agentOf(t, { maxSockets: 1 });
  const reqs = ['/0', '/1', '/2'].map((path) => get({ agent, path }));
  for (const [i, req] of reqs.entries()) {
    const peer = await accept();
    assert.strictEqual(agent.totalSocketCount, 1);
    const { target, headers } = await peer.request();
    assert.strictEqual(target, `/${i}`);
    assert.strictEqual(headers.connection, 'keep-alive');
    const done = completeResponse(req);
    peer.answer('x', 'Connection: close\r\n');
    await done;
    await peer.untilClosed();
  }
  assert.strictEqual(world.connections, 3);
});

onOneWay('maxSockets without keepAlive: those that wait get the socket', async (world) => {
  const { accept, get, t } = world;
  const agent = agentOf(t, { maxSockets: 1 });
  const reqs = ['/0', '/1', '/2'].map((path) => get({ agent, path }));
  const peer = await accept();
  for (const req of reqs) await finish(req, peer);
  await peer.untilClosed();
  assert.strictEqual(world.connections, 1);
  assert.strictEqual(agent.totalSocketCount, 0);
});

onOneWay('maxTotalSockets: over all names', async ({ accept, address, get, t }) => {
  const agent = agentOf(t, { keepAlive: true, maxTotalSockets: 2 });
  const hosts = ['127.0.0.1', '127.0.0.1', '127.0.0.2'];
  const lookup = (_host, options, callback) =>
    options.all
      ? callback(null, [{ address: '127.0.0.1', family: 4 }])
      : callback(null, '127.0.0.1', 4);
  const reqs = hosts.map((host, i) =>
    get({ agent, host: host === '127.0.0.2' ? 'other.test' : host, lookup, path: `/${i}` }),
  );
  const other = agent.getName({ host: 'other.test', port: address.port });
  assert.strictEqual(agent.totalSocketCount, 2);
  assert.deepStrictEqual(countsOf(agent).requests, { [other]: 1 });
  const peers = [await accept(), await accept()];
  await peers[0].request();
  const closed = untilEvent(reqs[0], 'close');
  reqs[0].on('response', (res) => res.resume());
  peers[0].answer('x', 'Connection: close\r\n');
  peers[0].end();
  await closed;
  const third = await accept();
  assert.strictEqual(agent.totalSocketCount, 2);
  await finish(reqs[2], third);
  await finish(reqs[1], peers[1]);
  assert.deepStrictEqual(countsOf(agent).requests, {});
});

onOneWay('maxFreeSockets: what is too many is closed', async ({ accept, get, t }) => {
  const agent = agentOf(t, { keepAlive: true, maxFreeSockets: 1 });
  const reqs = [get({ agent, path: '/0' }), get({ agent, path: '/1' })];
  const peers = [await accept(), await accept()];
  await finish(reqs[0], peers[0]);
  await finish(reqs[1], peers[1]);
  await peers[1].untilClosed();
  assert.deepStrictEqual(Object.values(countsOf(agent).free), [1]);
  assert.strictEqual(agent.totalSocketCount, 1);
});

for (const [scheduling, expected] of [
  ['lifo', 2],
  ['fifo', 0],
]) {
  onOneWay(`scheduling: ${scheduling}`, async ({ accept, get, t }) => {
    const agent = agentOf(t, { keepAlive: true, scheduling });
    const reqs = [];
    const peers = [];
    for (let i = 0; i < 3; i++) {
      reqs.push(get({ agent, path: `/${i}` }));
      peers.push(await accept());
    }
    for (let i = 0; i < 3; i++) await finish(reqs[i], peers[i]);
    const next = get({ agent, path: '/next' });
    await untilEvent(next, 'socket');
    assert.strictEqual(next.socket, reqs[expected].socket);
    await finish(next, peers[expected]);
  });
}

onOneWay("'free' and 'agentRemove'", async ({ accept, agent, get, options }) => {
  const log = [];
  agent.on('free', (socket, given) => log.push(['free', socket, agent.getName(given)]));
  const req = get({});
  const socket = await untilEvent(req, 'socket');
  socket.on('free', () => log.push(['socket free']));
  socket.on('agentRemove', () => log.push(['agentRemove']));
  const peer = await accept();
  await finish(req, peer);
  assert.deepStrictEqual(log, [['free', socket, agent.getName(options())], ['socket free']]);
  const name = nameOf(agent, options);
  assert.deepStrictEqual(agent.freeSockets[name], [socket]);
});

onOneWay("'agentRemove' takes a socket out of the pool", async ({ accept, agent, get }) => {
  const req = get({});
  const socket = await untilEvent(req, 'socket');
  const peer = await accept();
  socket.emit('agentRemove');
  assert.deepStrictEqual(countsOf(agent), { sockets: {}, free: {}, requests: {}, total: 0 });
  await finish(req, peer);
  assert.deepStrictEqual(countsOf(agent), { sockets: {}, free: {}, requests: {}, total: 0 });
  socket.destroy();
});

onOneWay('destroy() ends busy sockets, too', async ({ accept, agent, get }) => {
  const req = get({});
  const error = errorOf(req);
  const closed = untilEvent(req, 'close');
  const peer = await accept();
  await peer.request();
  assert.strictEqual(agent.destroy(), undefined);
  assert.strictEqual((await error).message, 'socket hang up');
  await closed;
  await peer.untilClosed();
  while (agent.totalSocketCount > 0) await turn();
});

onOneWay('an agent lives on after destroy()', async ({ accept, agent, get }) => {
  agent.destroy();
  const req = get({});
  const peer = await accept();
  await finish(req, peer);
  assert.strictEqual(agent.totalSocketCount, 1);
});

onOneWay('without keepAlive nothing is kept', async ({ accept, get, t }) => {
  const agent = agentOf(t, {});
  const req = get({ agent });
  const peer = await accept();
  await finish(req, peer, 'Connection: close\r\n');
  await peer.untilClosed();
  while (agent.totalSocketCount > 0) await turn();
  assert.deepStrictEqual(countsOf(agent), { sockets: {}, free: {}, requests: {}, total: 0 });
});

onOneWay('a connection that fails is not counted', async ({ agent, get, listener }) => {
  await new Promise((resolve) => listener.close(resolve));
  const req = get({});
  const closed = untilEvent(req, 'close');
  await errorOf(req);
  await closed;
  while (agent.totalSocketCount > 0) await turn();
  assert.deepStrictEqual(countsOf(agent), { sockets: {}, free: {}, requests: {}, total: 0 });
});

onOneWay('other options are other connections', async ({ accept, agent, get }) => {
  const first = get({});
  const peer = await accept();
  await finish(first, peer);
  const second = get({ localAddress: '127.0.0.2' });
  assert.strictEqual(second.reusedSocket, false);
  const other = await accept();
  await finish(second, other);
  assert.strictEqual(Object.keys(agent.freeSockets).length, 2);
});

const hinted = { skip: newerThanHost(22, 19) };

onOneWay("the server's Keep-Alive hint shortens the stay", hinted, async ({ accept, get, t }) => {
  const agent = agentOf(t, { keepAlive: true, timeout: 30_000, agentKeepAliveTimeoutBuffer: 900 });
  const req = get({ agent });
  const peer = await accept();
  await finish(req, peer, 'Keep-Alive: timeout=1\r\n');
  assert.strictEqual(req.socket.timeout, 100);
  await untilEvent(req.socket, 'close');
  assert.strictEqual(agent.totalSocketCount, 0);
});

onOneWay("a request of Node's own heeds the hint, too", hinted, async ({ accept, address, t }) => {
  const agent = agentOf(t, { keepAlive: true, timeout: 30_000 });
  const req = nodeHttp.get({ ...address, agent });
  const peer = await accept();
  await finish(req, peer, 'Keep-Alive: timeout=3\r\n');
  assert.strictEqual(req.socket.timeout, 2000);
});

onOneWay('a hint of no time at all', async ({ accept, get, t }) => {
  const agent = agentOf(t, { keepAlive: true, timeout: 30_000 });
  const req = get({ agent });
  const peer = await accept();
  await finish(req, peer, 'Keep-Alive: timeout=0\r\n');
  await peer.untilClosed();
  assert.deepStrictEqual(countsOf(agent).free, {});
});

onOneWay('a hint that is longer than the timeout changes nothing', async (world) => {
  const { accept, get, t } = world;
  const agent = agentOf(t, { keepAlive: true, timeout: 30_000 });
  const req = get({ agent });
  const peer = await accept();
  await finish(req, peer, 'Keep-Alive: timeout=600\r\n');
  assert.strictEqual(req.socket.timeout, 30_000);
});

onOneWay('keepAliveMsecs reaches the sockets', async ({ accept, get, t }) => {
  const agent = agentOf(t, { keepAlive: true, keepAliveMsecs: 1500 });
  let given;
  agent.createConnection = (options) => {
    given = options;
    return net.connect(options);
  };
  const req = get({ agent });
  const peer = await accept();
  await finish(req, peer);
  assert.strictEqual(given.keepAlive, true);
  assert.strictEqual(given.keepAliveInitialDelay, 1500);
  assert.strictEqual(given.noDelay, true);
});

onOneWay('a thousand requests over four sockets', async ({ agent, get, serve }) => {
  serve((req, res) => res.end(req.url));
  agent.maxSockets = 4;
  let most = 0;
  agent.on('free', () => {
    most = Math.max(most, agent.totalSocketCount);
  });
  const texts = await Promise.all(
    Array.from(
      { length: 1000 },
      async (_, i) => (await completeResponse(get({ path: `/${i}` }))).text,
    ),
  );
  assert.ok(texts.every((text, i) => text === `/${i}`));
  assert.ok(most <= 4, `${most} sockets`);
  assert.deepStrictEqual(countsOf(agent).requests, {});
});

test('a request that waits gets one new socket, though two are removed', (t) => {
  const agent = agentOf(t, { maxTotalSockets: 2 });
  const asked = [];
  // Sockets that never come.
  agent.createConnection = ({ host }) => {
    asked.push(host);
    return undefined;
  };
  const sockets = [new net.Socket(), new net.Socket()];
  agent.sockets['a:80:'] = [...sockets];
  agent.totalSocketCount = 2;
  const req = http.get({ host: 'b', agent });
  req.on('error', () => {});
  assert.deepStrictEqual(Object.keys(agent.requests), ['b:80:']);
  for (const socket of sockets) agent.removeSocket(socket, { host: 'a', port: 80 });
  assert.deepStrictEqual(asked, ['b']);
  req.destroy();
});
