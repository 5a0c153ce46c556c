'use strict';
// Answers a request with bytes and notes all there is to see of it: what the client's user observes,
// and what becomes of the connection.
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const duplexPair = require('../support/duplex-pair');
const ours = require('../support/subject');
const { isSame, isToDiffer } = require('./compare');

/** How long nothing has to happen before an exchange counts as one that waits. */
const QUIET = 40;
/** How many times as long; more than once only where a difference was seen. */
const PATIENCE = [1, 4, 16];
/** How long after the response bytes come that belong to nothing. */
const LATER = 10;
const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond';

/** A server that answers each request as the row says whose number is in its path. */
class Answering {
  constructor(rows) {
    this.rows = rows;
    this.sockets = new Set();
    this.isOver = false;
    this.hasAnswered = false;
    this.server = net.createServer({ allowHalfOpen: true }, (socket) => this.accept(socket));
  }

  async listen(t) {
    this.server.listen(0, '127.0.0.1');
    t.after(() => {
      for (const socket of this.sockets) socket.destroy();
      this.server.close();
    });
    await once(this.server, 'listening');
    return this;
  }

  accept(socket) {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.latin1Slice();
      const [, number] = /^\S+ \/?(\d+|second)\S* HTTP[\s\S]*\r\n\r\n/.exec(head) ?? [];
      if (number === undefined) return;
      head = '';
      this.hasAnswered = true;
      if (number === 'second') socket.write(GOOD);
      else this.answer(socket, this.rows[number]);
    });
  }

  answer(socket, { bytes, ends, earlier = '' }) {
    // What is `earlier` comes in a segment of its own.
    if (earlier !== '') socket.write(Buffer.from(earlier, 'latin1'));
    const rest = () => {
      if (bytes !== '') socket.write(Buffer.from(bytes, 'latin1'));
      if (ends || this.isOver) socket.end();
    };
    if (earlier === '') rest();
    else setTimeout(rest, LATER);
  }

  /** Ends what waits, and what comes late, so that the waiting ends. */
  endAll() {
    this.isOver = true;
    for (const socket of this.sockets) socket.end();
  }
}

/** Asks with the client of `http` for the row's answer; resolves to all that was seen. */
async function ask(http, answering, row, patience) {
  const number = answering.rows.indexOf(row);
  answering.isOver = false;
  answering.hasAnswered = false;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const options = { host: '127.0.0.1', port: answering.server.address().port, agent };
  const req = start(http, { ...options, path: pathOf(row, number) }, row);
  const seen = observe(req, row);
  try {
    const over = closed(req);
    while (!(await settled(answering, seen, over, patience))) {
      if (seen.events.includes('waits')) {
        seen.events.push('never closed');
        req.destroy();
        break;
      }
      seen.events.push('waits');
      answering.endAll();
    }
    await rest(agent, patience);
    seen.idle = Object.values(agent.freeSockets).flat().length;
    if (!seen.events.includes('never closed'))
      seen.second = await second(http, options, answering, patience);
    return seen;
  } finally {
    agent.destroy();
    req.destroy();
  }
}

/** What the clients of Node's and of ours tell of the row's answer. */
async function askBoth(answering, row) {
  let both;
  for (const patience of PATIENCE) {
    both = [
      await ask(nodeHttp, answering, row, patience),
      await ask(ours, answering, row, patience),
    ];
    if (isSame(...both) === !isToDiffer(row)) break;
  }
  return both;
}

/** The same for ours over an in-memory stream, in pieces of `size`. */
async function askInPieces(http, row, size) {
  const [near, far] = duplexPair();
  const req = start(http, { createConnection: () => near, path: '/' }, row);
  const seen = observe(req, row);
  const over = closed(req);
  far.on('error', () => {});
  far.resume();
  await new Promise(setImmediate);
  const bytes = (row.earlier ?? '') + row.bytes;
  for (let at = 0; at < bytes.length && !far.destroyed; at += size)
    far.write(Buffer.from(bytes.slice(at, at + size), 'latin1'));
  far.end();
  await Promise.race([over, sleep(3000, undefined, { ref: true })]);
  far.destroy();
  return seen;
}

function pathOf({ method }, number) {
  return method === 'CONNECT' ? `${number}:80` : `/${number}`;
}

function start(http, options, { method = 'GET', headers, unsent, options: more }) {
  const req = http.request({ ...options, method, headers, ...more });
  if (unsent) req.write('a part');
  else req.end();
  return req;
}

/** Everything documented that the request and its responses say, in order. */
function observe(req, { listens = [] }) {
  const seen = { events: [], content: '', errors: [] };
  const note = (text) => seen.events.push(text);
  const failed = (who) => (error) => {
    const { code, message, reason, bytesParsed, rawPacket } = error;
    note(`${who}error ${code}`);
    seen.errors.push([who, code, message, reason, bytesParsed, rawPacket?.length]);
  };
  req.on('error', failed(''));
  req.on('close', () => note('close'));
  req.on('continue', () => note('continue'));
  req.on('information', (info) => note(`information ${JSON.stringify(info)}`));
  req.on('response', (res) => {
    note(`response ${headOf(res)}`);
    res.on('data', (chunk) => {
      seen.content += chunk.latin1Slice();
    });
    for (const name of ['aborted', 'end', 'close']) res.on(name, () => note(`res ${name}`));
    res.on('error', failed('res '));
    res.on('end', () => note(`${JSON.stringify(res.rawTrailers)} ${res.complete}`));
  });
  for (const name of listens) {
    req.on(name, (res, socket, head) => {
      note(`${name} ${headOf(res)} ${JSON.stringify(head.latin1Slice())}`);
      socket.on('error', () => {});
      socket.destroy();
    });
  }
  return seen;
}

function headOf({ statusCode, statusMessage, httpVersion, rawHeaders, headers, upgrade }) {
  return JSON.stringify([statusCode, statusMessage, httpVersion, rawHeaders, headers, upgrade]);
}

/** The end of a request, with an error or without. */
const closed = (req) => new Promise((resolve) => req.once('close', () => resolve(true)));

/** True when the request is over, false when nothing happens any more. */
async function settled(answering, seen, over, patience) {
  for (;;) {
    const before = seen.events.length + seen.content.length;
    if (await Promise.race([over, sleep(QUIET * patience)])) return true;
    const isQuiet = before === seen.events.length + seen.content.length;
    if (isQuiet && answering.hasAnswered) return false;
  }
}

/** What is still under way comes, and a connection that is not kept is gone. */
async function rest(agent, patience) {
  await sleep(LATER * 2 * patience);
  while (Object.values(agent.sockets).flat().length > 0) await sleep(1);
}

/** Whether the next request gets its own answer. */
async function second(http, options, answering, patience) {
  answering.hasAnswered = false;
  const req = http.get({ ...options, path: '/second' });
  const seen = observe(req, {});
  const over = closed(req);
  if (!(await settled(answering, seen, over, patience))) {
    seen.events.push('waits');
    answering.endAll();
    await over;
  }
  return { events: seen.events, content: seen.content, reused: req.reusedSocket };
}

module.exports = { Answering, ask, askBoth, askInPieces };
