'use strict';
// A server and a client that look at the memory they get, give it away, and keep it.
const http = require('../../support/subject');
const { answer, serve } = require('./asked');
const { Given, hash, look } = require('./memory-ways');

const given = [];
const kept = [];
const heard = [];
let received = 0;

/** Reads a stream as `what` says; tells its looks, and the hash of all that was not given away. */
function read(stream, what, reply) {
  const looks = [];
  const chunks = [];
  const [verb, way] = what.split(' ');
  stream.on('data', (chunk) => {
    received += chunk.length;
    if (verb === 'look') looks.push(look(chunk));
    if (verb === 'keep') return kept.push(chunk);
    if (verb === 'give' || (verb === 'first' && chunks.length === 0)) {
      const copy = Buffer.from(chunk);
      given.push(new Given(chunk, way));
      return chunks.push(copy);
    }
    if (verb === 'forget') return new Given(chunk, way);
    chunks.push(Buffer.from(chunk));
  });
  stream.on('end', () => reply({ looks, hash: hash(Buffer.concat(chunks)) }));
  stream.on('error', () => {});
}

const server = http.createServer((req, res) => {
  read(req, req.headers['x-do'] ?? 'skip', (told) => res.end(JSON.stringify(told)));
});
server.on('clientError', (_error, socket) => socket.destroy());

/** A connection's owner reads it as a stream, until its end. */
function own(req, socket, head) {
  socket.on('error', () => {});
  const looks = head.length > 0 ? [look(head)] : [];
  const what = req.headers['x-do'];
  if (what.startsWith('give') && head.length > 0) given.push(new Given(head, what.split(' ')[1]));
  socket.on('data', (chunk) => looks.push(look(chunk)));
  socket.on('end', () => socket.end(JSON.stringify(looks)));
}
server.on('upgrade', own).on('connect', own);

answer({
  /** A request of this process's client, whose answer is read as `what` says. */
  fetch(reply, { port, what, upgrades }) {
    const headers = upgrades ? { Connection: 'Upgrade', Upgrade: 'x', 'X-Do': what } : {};
    const req = http.get({ port, host: '127.0.0.1', agent: false, headers });
    req.on('response', (res) => read(res, what, reply));
    req.on('upgrade', (_res, socket, head) => {
      const looks = head.length > 0 ? [look(head)] : [];
      socket.on('data', (chunk) => looks.push(look(chunk)));
      socket.on('end', () => {
        socket.destroy();
        reply({ looks });
      });
    });
    req.on('error', ({ code }) => reply({ code }));
  },
  /** From now on the server's sockets are read by somebody else as well. */
  listenIn(reply) {
    heard.length = 0;
    server.once('connection', (socket) => {
      socket.on('data', (chunk) => heard.push(look(chunk)));
    });
    reply(true);
  },
  heard: (reply) => reply(heard),
  /** Leaves marks of a stranger in memory that is free afterwards. */
  dirty(reply) {
    for (let i = 0; i < 10; i++) {
      for (const size of [1024, 8192, 65_536])
        for (let j = 0; j < 20; j++) Buffer.allocUnsafeSlow(size).fill('SECRET-heap ');
      global.gc();
    }
    reply(true);
  },
  given: async (reply) => {
    const verdicts = [];
    for (const one of given.splice(0)) verdicts.push(await one.verdict());
    reply(verdicts);
  },
  received: (reply) => reply(received),
  drop(reply) {
    kept.length = 0;
    reply(true);
  },
});

serve(server);
