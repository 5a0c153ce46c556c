'use strict';
// A server whose connections get another owner behind answers that nobody has read yet.
const http = require('../../support/subject');
const { pattern } = require('../../support/events');
const { answer, serve } = require('./asked');
const { LARGE, PIECE, OWNER } = require('./handed-over-content');

const large = pattern(LARGE);
const piece = Buffer.alloc(PIECE, 'p');
const { listens, path } = JSON.parse(process.argv[2]);
const counts = {
  requests: 0,
  owners: 0,
  writes: 0,
  called: 0,
  failed: 0,
  closed: 0,
};
const owned = [];
/** Answers of a connection that have not been handed over to the kernel yet. */
const unsent = new WeakMap();

const server = http.createServer((req, res) => {
  counts.requests++;
  const { socket } = req;
  unsent.set(socket, (unsent.get(socket) ?? 0) + 1);
  res.on('finish', () => {
    const left = unsent.get(socket) - 1;
    unsent.set(socket, left);
    if (left === 0) socket.emit('all answers are sent');
  });
  const content = { '/large': large, '/piece': piece }[req.url];
  res.end(content ?? req.url);
});
server.on('clientError', (_error, socket) => socket.destroy());

/** What the new owner does: it writes, behind what is being sent, and then sends back what comes. */
function own(req, socket, head) {
  counts.owners++;
  owned.push(socket);
  socket.on('error', () => {});
  socket.on('close', () => counts.closed++);
  const begin = () => {
    for (const text of OWNER) {
      counts.writes++;
      socket.write(text, (error) => counts[error ? 'failed' : 'called']++);
    }
    socket.write(head);
    socket.pipe(socket);
  };
  if (req.headers['x-when'] === 'now' || !unsent.get(socket)) begin();
  else socket.once('all answers are sent', begin);
}

if (listens) server.on('connect', own).on('upgrade', own);

answer({
  /** The owners have said all, and hear nothing. */
  end(reply) {
    for (const socket of owned) socket.destroySoon();
    reply(true);
  },
  state(reply) {
    server.getConnections((_error, connections) => reply({ ...counts, connections }));
  },
});
serve(server, ...(path ? [path] : []));
