'use strict';
// Sends bytes to a server and notes all there is to see of it: what the server's user observes, and
// what comes back.
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { promisify } = require('node:util');
const duplexPair = require('../support/duplex-pair');
const ours = require('../support/subject');

/** How long an exchange may take before it counts as one that never ends. */
const LIMIT = 20_000;

/** A listening server of `http` that notes what it is told. */
async function observed(http, { options, listens = [], hears }) {
  const server = http.createServer({ keepAliveTimeout: 60_000, ...options });
  // Requests of one segment may be told interleaved: each has a list of its own.
  server.seen = { requests: [], other: [], open: 0 };
  server.on('request', (req, res) => observeRequest(server.seen, req, res));
  for (const event of listens)
    server.on(event, (...args) => observeSwitch(server.seen, event, args));
  if (hears) server.on('clientError', (error, socket) => observeError(server.seen, error, socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function observeRequest(seen, req, res) {
  const { method, url, httpVersion, rawHeaders, headers, upgrade } = req;
  const log = [[method, url, httpVersion, rawHeaders, { ...headers }, upgrade]];
  seen.requests.push(log);
  seen.open++;
  const content = [];
  req.on('data', (chunk) => content.push(chunk.latin1Slice()));
  req.on('aborted', () => log.push('aborted'));
  req.on('error', ({ code, message }) => log.push([code, message]));
  req.on('end', () => {
    log.push([content.join(''), req.rawTrailers, req.complete]);
    res.end(`answer to ${method}`);
  });
  req.on('close', () => {
    log.push(`closed, complete: ${req.complete}`);
    seen.open--;
  });
}

function observeSwitch(seen, event, [req, socket, head]) {
  const { method, url, rawHeaders, upgrade } = req;
  seen.other.push([event, method, url, rawHeaders, upgrade, head.latin1Slice()]);
  socket.on('error', () => {});
  socket.end('switched');
}

function observeError(seen, error, socket) {
  const { code, message, reason, bytesParsed, rawPacket } = error;
  seen.other.push([code, message, reason, bytesParsed, rawPacket?.length]);
  if (socket.writable) socket.end('HTTP/1.1 400 Told\r\nConnection: close\r\n\r\n');
  else socket.destroy();
}

/** Sends `bytes` to the server and ends; resolves to what was seen on both sides. */
async function exchange(server, bytes) {
  const { port } = server.address();
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  return await converse(server, socket, () => socket.end(Buffer.from(bytes, 'latin1')));
}

/** The same over an in-memory stream, in small pieces: most inputs byte by byte. */
async function exchangeInPieces(server, bytes) {
  const [near, far] = duplexPair();
  server.emit('connection', far);
  const size = Math.ceil(bytes.length / 600);
  return await converse(server, near, () => {
    for (let at = 0; at < bytes.length && !near.destroyed; at += size)
      near.write(Buffer.from(bytes.slice(at, at + size), 'latin1'));
    near.end();
  });
}

async function converse(server, socket, send) {
  const { seen } = server;
  Object.assign(seen, { requests: [], other: [], open: 0 });
  const answer = [];
  socket.on('data', (chunk) => answer.push(chunk.latin1Slice()));
  // A server that closes with bytes unread resets: then what it sent before may be lost.
  socket.on('error', ({ code }) => answer.push(`<${code}>`));
  send();
  const signal = AbortSignal.timeout(LIMIT);
  await once(socket, 'close', { signal }).catch(() => answer.push('<never closed>'));
  socket.destroy();
  const connections = promisify(server.getConnections.bind(server));
  while (((await connections()) > 0 || seen.open > 0) && !signal.aborted) await sleep(1);
  if (signal.aborted) server.closeAllConnections();
  const { requests, other } = seen;
  return { requests, other, answer: answer.join('').replaceAll(/^Date: .*$/gm, 'Date: then') };
}

/** Pairs of servers, Node's and ours, one for each set of options in the table. */
class Servers {
  constructor(hears) {
    this.hears = hears;
    this.pairs = new Map();
  }

  close() {
    for (const server of [...this.pairs.values()].flat()) server.close();
  }

  /** What Node's and ours made of the row's bytes. */
  async exchange(row) {
    const pair = await this.pair(row);
    return await Promise.all(pair.map((server) => exchange(server, row.bytes)));
  }

  async pair({ options, listens }) {
    const key = JSON.stringify([options, listens]);
    if (!this.pairs.has(key)) {
      const wanted = { options, listens, hears: this.hears };
      this.pairs.set(
        key,
        await Promise.all([nodeHttp, ours].map((http) => observed(http, wanted))),
      );
    }
    return this.pairs.get(key);
  }
}

module.exports = { Servers, exchange, exchangeInPieces };
