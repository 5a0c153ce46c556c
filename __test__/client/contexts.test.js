'use strict';
// What surrounds a request: async contexts, diagnostics channels, captured rejections.
const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const dc = require('node:diagnostics_channel');
const events = require('node:events');
const { once } = events;
const http = require('../support/subject');
const { turn } = require('../support/events');
const { newerThanHost, onNodeHttp } = require('../support/mode');
const { completeResponse, errorOf, responseOf, untilEvent } = require('./observe');
const { onEveryWay, onOneWay, onPooledWays, onSocketWays } = require('./ways');

const storage = new AsyncLocalStorage();

/** Notes in which context each event comes. */
function watchContexts(req, seen = {}) {
  const note = (emitter, names, prefix = '') => {
    for (const name of names) {
      emitter.on(name, () => {
        seen[prefix + name] = storage.getStore();
      });
    }
  };
  note(req, ['socket', 'response', 'finish', 'close', 'information', 'error', 'timeout']);
  req.on('response', (res) => note(res, ['data', 'end'], 'res '));
  return seen;
}

onEveryWay('the context of the caller reaches the events', async ({ accept, request }) => {
  const [seen, req] = storage.run('mine', () => {
    const made = request({ method: 'POST' });
    return [watchContexts(made), made.end('content')];
  });
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send('HTTP/1.1 103 Early Hints\r\n\r\n');
  peer.answer('x');
  await closed;
  for (const name of ['socket', 'information', 'response', 'res data', 'res end']) {
    assert.strictEqual(seen[name], 'mine', name);
  }
});

onPooledWays('each request on one connection has its own', async ({ accept, get }) => {
  let peer;
  for (const name of ['one', 'two', 'three']) {
    const [seen, req] = storage.run(name, () => {
      const made = get({});
      return [watchContexts(made), made];
    });
    peer ??= await accept();
    await peer.request();
    const closed = untilEvent(req, 'close');
    peer.answer('x');
    await closed;
    for (const event of ['socket', 'response', 'res data', 'res end']) {
      assert.strictEqual(seen[event], name, event);
    }
    await turn();
  }
});

onPooledWays('requests that were queued have theirs', async ({ accept, agent, get }) => {
  agent.maxSockets = 1;
  const made = ['one', 'two', 'three'].map((name) =>
    storage.run(name, () => {
      const req = get({ path: `/${name}` });
      return { name, req, seen: watchContexts(req) };
    }),
  );
  const peer = await accept();
  for (const { name, req, seen } of made) {
    assert.strictEqual((await peer.request()).target, `/${name}`);
    const closed = untilEvent(req, 'close');
    peer.answer('x');
    await closed;
    for (const event of ['socket', 'response', 'res data', 'res end']) {
      assert.strictEqual(seen[event], name, `${name} ${event}`);
    }
  }
});

onPooledWays('an idle connection is in that of its last request', async (world) => {
  const { accept, agent, get } = world;
  const seen = [];
  let peer;
  for (const name of ['one', 'two']) {
    const req = storage.run(name, () => get({}));
    if (name === 'one')
      req.on('socket', (socket) => socket.on('close', () => seen.push(storage.getStore())));
    req.on('response', (res) => res.resume());
    peer ??= await accept();
    await peer.request();
    const closed = untilEvent(req, 'close');
    peer.answer('x');
    await closed;
    await turn();
  }
  const [[socket]] = Object.values(agent.freeSockets);
  const closed = once(socket, 'close');
  storage.run('another', () => socket.destroy());
  await closed;
  assert.deepStrictEqual(seen, ['two']);
});

onSocketWays('readers of the socket are in that of the request', async ({ accept, request }) => {
  const seen = new Set();
  const req = storage.run('mine', () => request({}));
  const note = () => seen.add(storage.getStore());
  req.on('socket', (socket) => socket.prependListener('data', note).on('data', note));
  const done = completeResponse(req.end());
  const peer = await accept();
  await peer.request();
  peer.answer('x');
  await done;
  assert.deepStrictEqual([...seen], ['mine']);
});

onSocketWays('a timeout is told where it was set', async ({ accept, get, t }) => {
  const req = storage.run('mine', () => get({}));
  req.on('error', () => {});
  const peer = await accept();
  await peer.request();
  const timedOut = new Promise((resolve) => {
    storage.run('another', () => {
      req.setTimeout(20, () => resolve(storage.getStore()));
    });
  });
  assert.strictEqual(await timedOut, 'another');
  t.after(() => req.destroy());
});

onPooledWays(
  'one that was set for an earlier request is in that of this one',
  { skip: onNodeHttp && "Node's own is in that of the first" },
  async ({ accept, agent, get }) => {
    agent.options.timeout = 500;
    let peer;
    for (const name of ['one', 'two']) {
      const req = storage.run(name, () => get({}));
      peer ??= await accept();
      await peer.request();
      if (name === 'one') {
        const closed = untilEvent(req, 'close');
        req.on('response', (res) => res.resume());
        peer.answer('x');
        await closed;
        await turn();
      } else {
        const seen = watchContexts(req);
        await untilEvent(req, 'timeout');
        assert.strictEqual(seen.timeout, 'two');
        req.on('error', () => {}).destroy();
      }
    }
  },
);

onEveryWay('promises in handlers stay in the context', async ({ accept, get }) => {
  const result = storage.run('mine', async () => {
    const res = await responseOf(get({}));
    const contexts = [storage.getStore()];
    for await (const _ of res) contexts.push(storage.getStore());
    return contexts;
  });
  const peer = await accept();
  await peer.request();
  peer.answer('x');
  assert.deepStrictEqual(await result, ['mine', 'mine']);
});

onEveryWay('what is done in a handler does not leak', async ({ accept, get }) => {
  const req = get({});
  req.on('response', (res) => {
    storage.enterWith('inside');
    res.resume();
  });
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.answer('x');
  await closed;
  const next = storage.run('next', () => {
    const made = get({});
    return { made, seen: watchContexts(made) };
  });
  const arrived = next.made.reusedSocket ? peer : await accept();
  await arrived.request();
  const nextClosed = untilEvent(next.made, 'close');
  arrived.answer('x');
  await nextClosed;
  assert.strictEqual(next.seen.response, 'next');
});

/** Notes what is published on the client's channels until the test ends. */
function watchChannels(t, names) {
  const log = [];
  for (const name of names) {
    const listener = (message) => log.push([name, message]);
    dc.subscribe(`http.client.${name}`, listener);
    t.after(() => dc.unsubscribe(`http.client.${name}`, listener));
  }
  return log;
}

const own = (log, req) => log.filter(([, message]) => message.request === req);

onEveryWay('channels: start and finish', async ({ accept, request, t }) => {
  const log = watchChannels(t, ['request.start', 'response.finish']);
  const req = request({ method: 'POST' });
  assert.deepStrictEqual(own(log, req), []);
  req.end('x');
  const peer = await accept();
  await peer.request();
  assert.deepStrictEqual(
    own(log, req).map(([name]) => name),
    ['request.start'],
  );
  const done = completeResponse(req);
  peer.answer('x');
  const res = await done;
  const [[, start], [name, finish]] = own(log, req);
  assert.deepStrictEqual(Object.keys(start), ['request']);
  assert.strictEqual(name, 'response.finish');
  assert.strictEqual(finish.response, res);
  assert.deepStrictEqual(Object.keys(finish), ['request', 'response']);
});

const created = { skip: newerThanHost(22, 12) };

onOneWay('channels: created', created, async ({ accept, get, t }) => {
  const log = watchChannels(t, ['request.created', 'request.start']);
  const req = get({});
  assert.deepStrictEqual(own(log, req)[0], ['request.created', { request: req }]);
  const peer = await accept();
  await peer.request();
  const done = completeResponse(req);
  peer.answer('x');
  await done;
  assert.deepStrictEqual(
    own(log, req).map(([name]) => name),
    ['request.created', 'request.start'],
  );
});

onEveryWay('channels: error', { skip: newerThanHost(22) }, async ({ accept, get, t }) => {
  const log = watchChannels(t, ['request.error']);
  const req = get({});
  const error = errorOf(req);
  const peer = await accept();
  await peer.request();
  peer.end();
  const expected = await error;
  assert.deepStrictEqual(own(log, req), [['request.error', { request: req, error: expected }]]);
});

/** A request that is made while rejections are captured. */
function capturing(make) {
  events.captureRejections = true;
  try {
    return make();
  } finally {
    events.captureRejections = false;
  }
}

onOneWay("a rejected 'response' handler is an error of the request", async ({ accept, get }) => {
  const mine = new Error('mine');
  const req = capturing(() => get({ agent: false }));
  req.on('response', async (res) => {
    res.resume();
    throw mine;
  });
  const error = errorOf(req);
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
  assert.strictEqual(await error, mine);
  assert.ok(req instanceof http.ClientRequest);
  req.destroy();
});
