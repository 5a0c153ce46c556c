'use strict';
// A socket that rests in the pool has as many listeners of each event as Node's; one of an exchange that is over
// has none left of it.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { listening } = require('../support/listening');

const limit = { timeout: 60_000 };

const countsOf = (socket) =>
  Object.fromEntries(
    socket
      .eventNames()
      .map((name) => [String(name), socket.listenerCount(name)])
      .sort(),
  );

async function listen(t) {
  const server = nodeHttp.createServer((req, res) => {
    req.resume().on('end', () => res.end('content'));
  });
  return (await listening(t, server)).address().port;
}

/** The counts of an agent's only socket behind each of some requests. */
async function resting(t, { Agent, request }, options) {
  const port = await listen(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...options });
  t.after(() => agent.destroy());
  const counts = [];
  const ask = async (more) => {
    const req = request({ port, host: '127.0.0.1', agent, ...more });
    if (more.method === 'POST') req.write('some ');
    req.end(more.method && 'more');
    const [res] = await once(req, 'response');
    res.resume();
    await once(req, 'close');
  };
  for (const more of [{}, {}, { timeout: 5000 }, { method: 'POST' }, {}]) {
    await ask(more);
    await turn();
    const [[socket]] = Object.values(agent.freeSockets);
    counts.push(countsOf(socket));
  }
  // One after the other, without a rest between them.
  await Promise.all([ask({}), ask({}), ask({ method: 'POST' })]);
  await turn();
  const [[socket]] = Object.values(agent.freeSockets);
  counts.push(countsOf(socket));
  // A listener of a user's among them.
  socket.on('close', () => {});
  await ask({});
  await turn();
  counts.push(countsOf(socket));
  return counts;
}

for (const options of [{}, { timeout: 4000 }])
  test(`a socket that rests, of an agent with ${JSON.stringify(options)}`, limit, async (t) => {
    const expected = await resting(t, nodeHttp, options);
    assert.deepStrictEqual(await resting(t, http, options), expected);
  });

/** The counts of a socket that is not kept, when its response has ended. */
async function ending(t, { request }, method) {
  const port = await listen(t);
  const req = request({ port, host: '127.0.0.1', agent: false, method });
  req.end(method === 'POST' ? 'content' : undefined);
  const [res] = await once(req, 'response');
  const { socket } = res;
  res.resume();
  await once(socket, 'close');
  await turn();
  return countsOf(socket);
}

for (const method of ['GET', 'POST'])
  test(`a socket that was closed behind a ${method}`, limit, async (t) => {
    assert.deepStrictEqual(await ending(t, http, method), await ending(t, nodeHttp, method));
  });
