'use strict';
// Made-up exchanges: from a number, what a client and a server do; and what the client sees of it.
const { once } = require('node:events');
const net = require('node:net');
const { settle, turn } = require('../support/events');
const { watchExchange } = require('./observe');
const { Peer } = require('./peer');

/** Numbers that follow from a seed. */
function generator(seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  const below = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, pick: (list) => list[below(list.length)] };
}

const CONTENT = 'Some content that is long enough to be cut into pieces.';
const CHUNKED = `A;x=y\r\n${CONTENT.slice(0, 10)}\r\n2d\r\n${CONTENT.slice(10)}\r\n0\r\nX-T: t\r\n\r\n`;
const LENGTH = `Content-Length: ${CONTENT.length}\r\n`;

/** Answers, and whether the connection has to end behind them. */
const ANSWERS = [
  [`HTTP/1.1 200 OK\r\n${LENGTH}\r\n${CONTENT}`],
  [`HTTP/1.1 200 OK\r\n${LENGTH}Connection: close\r\n\r\n${CONTENT}`],
  [`HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED}`],
  [`HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n${CONTENT}`, true],
  [`HTTP/1.0 200 OK\r\n${LENGTH}\r\n${CONTENT}`],
  [`HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${LENGTH}\r\n${CONTENT}`],
  ['HTTP/1.1 204 No Content\r\n\r\n'],
  ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  [`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n${LENGTH}\r\n${CONTENT}`],
  [`HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\n${LENGTH}\r\n${CONTENT}`],
  ['nonsense\r\n\r\n', true],
  ['HTTP/1.1 200 OK\r\nX A: b\r\n\r\n', true],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nz\r\n', true],
  [`HTTP/1.1 200 OK\r\n${LENGTH}\r\n${CONTENT.slice(0, 20)}`, true],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nhello', true],
  ['HTTP/1.1 200 OK\r\nContent-Le', true],
  ['', true],
  ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', true],
];

const MOMENTS = ['socket', 'finish', 'response', 'data', 'end', 'information'];
const ACTIONS = [
  ['destroy', (req) => req.destroy()],
  ['destroy with an error', (req) => req.destroy(new Error('mine'))],
  ['abort', (req) => req.abort()],
  ['destroy of the response', (req) => req.res?.destroy()],
  ['another listener', (req) => req.on('close', () => {})],
];

/** What is to happen, from a number. */
function scenarioOf(seed) {
  const { below, pick } = generator(seed);
  const [answer, ends = false] = pick(ANSWERS);
  const cuts = Array.from({ length: pick([0, 0, 1, 2, 5]) }, () => below(answer.length + 1));
  const scenario = {
    answer,
    cuts: cuts.sort((a, b) => a - b),
    ends: ends || below(5) === 0,
    method: pick(['GET', 'GET', 'POST', 'POST', 'HEAD', 'DELETE']),
    content: pick(['none', 'end', 'write', 'late', 'much']),
    reading: pick(['flowing', 'flowing', 'paused', 'iterated', 'unread']),
    moment: pick(MOMENTS),
    action: below(3) === 0 ? pick(ACTIONS) : null,
    pooled: below(3) > 0,
    used: below(2) === 0,
    timeout: pick([undefined, undefined, 60_000]),
    early: below(4) === 0,
  };
  // An answer before its request on a used connection answers nothing: whose bytes come first is luck.
  if (scenario.pooled && scenario.used) scenario.early = false;
  // Node lets that error go by the request, and it becomes an uncaught exception.
  if (scenario.content === 'late' && scenario.moment === 'finish') scenario.action = null;
  return scenario;
}

/**
 * Plays a scenario with the client of `http`; resolves to what was seen, as text. `patience`: for how
 * many milliseconds nothing has to happen before the next step.
 */
async function play(http, scenario, patience) {
  const peers = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.setNoDelay(true);
    socket.on('end', () => socket.end());
    peers.push(new Peer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const agent = new http.Agent({ keepAlive: true });
  const options = { port, host: '127.0.0.1', agent: scenario.pooled ? agent : false };
  const log = [];
  const settled = () =>
    settle(
      () => JSON.stringify([log, peers.map(({ closed, length }) => [closed, length])]),
      patience,
    );
  try {
    if (scenario.pooled && scenario.used) await exchangePlainly(http, options, peers, settled);
    const req = start(http, options, scenario, log);
    // The answer may be there before the request is.
    if (!scenario.early) await settled();
    else while (peers.length === 0 && !req.destroyed) await turn();
    await answer(peers, scenario, req, settled);
    describe(req, log);
    await follow(http, agent, options, peers, log, settled);
    return JSON.stringify(log, null, 1);
  } finally {
    agent.destroy();
    for (const peer of peers) peer.destroy();
    server.close();
  }
}

async function exchangePlainly(http, options, peers, settled) {
  const req = http.get(options);
  req.on('response', (res) => res.resume());
  while (peers.length === 0) await turn();
  await peers[0].request();
  peers[0].answer('x');
  await once(req, 'close');
  await settled();
}

/** Makes the request and has everything noted. */
function start(http, options, { method, timeout, ...scenario }, log) {
  const req = http.request({ ...options, method, timeout });
  const events = watchExchange(req, scenario.reading === 'flowing');
  log.push(events);
  if (scenario.reading !== 'unread') req.on('response', (res) => read(res, scenario, log));
  if (scenario.action !== null) act(req, scenario);
  if (scenario.content === 'much') for (let i = 0; i < 30; i++) req.write(CONTENT.repeat(200));
  if (scenario.content === 'end') req.end(CONTENT);
  else if (scenario.content === 'none') req.end();
  else req.write(CONTENT);
  if (scenario.content === 'write' || scenario.content === 'much') req.end();
  return req;
}

function read(res, { reading }, log) {
  const chunks = [];
  const note = () => log.push(['content', Buffer.concat(chunks).toString(), res.trailers]);
  if (reading === 'iterated') {
    (async () => {
      for await (const chunk of res) chunks.push(chunk);
      note();
    })().catch((error) => log.push(['iteration', error.code, error.message]));
    return;
  }
  res.on('data', (chunk) => chunks.push(chunk));
  res.on('end', note);
  if (reading === 'paused') {
    res.pause();
    setImmediate(() => res.resume());
  }
}

function act(req, { action: [, perform], moment }) {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    perform(req);
  };
  if (moment === 'data' || moment === 'end') req.on('response', (res) => res.on(moment, once));
  else req.on(moment, once);
}

async function answer(peers, scenario, req, settled) {
  const peer = peers.at(-1);
  if (!peer) return;
  let from = 0;
  for (const to of [...scenario.cuts, scenario.answer.length]) {
    if (to > from) {
      peer.send(scenario.answer.slice(from, to));
      await settled();
    }
    from = to;
  }
  if (scenario.content === 'late' && !req.destroyed) {
    req.end();
    await settled();
  }
  if (scenario.ends) {
    peer.end();
    await settled();
  }
}

function describe(req, log) {
  const { aborted, destroyed, res, reusedSocket, shouldKeepAlive, writableEnded } = req;
  log.push({
    aborted,
    destroyed,
    reusedSocket,
    shouldKeepAlive,
    writableEnded,
    closed: req.closed,
  });
  if (!res) return;
  const { complete, headers, rawHeaders, statusCode, statusMessage } = res;
  log.push({ headers, rawHeaders, statusCode, statusMessage, aborted: res.aborted });
  // Node's says so, too, of a response that would last until the end and was left before.
  if (!res.aborted) log.push({ complete });
  log.push({ destroyed: res.destroyed, ended: res.readableEnded, trailers: res.rawTrailers });
}

/** Whether the connection is used again. */
async function follow(http, agent, options, peers, log, settled) {
  const counts = [agent.sockets, agent.freeSockets].map(
    (sets) => Object.values(sets).flat().length,
  );
  log.push(['pool', agent.totalSocketCount, ...counts]);
  const before = peers.length;
  const req = http.get({ ...options, agent });
  req.on('error', () => {});
  req.on('response', (res) => res.resume());
  await settled();
  log.push(['next', req.reusedSocket, peers.length - before]);
  req.destroy();
}

module.exports = { play, scenarioOf };
