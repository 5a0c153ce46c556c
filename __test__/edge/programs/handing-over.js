'use strict';
// A client whose server takes the connection over before it has read what the client sends.
const http = require('../../support/subject');
const { pattern } = require('../../support/events');
const { answer, tell } = require('./asked');
const { LARGE, OWNER } = require('./handed-over-content');

const content = pattern(LARGE);
const counts = {
  owners: 0,
  responses: 0,
  writes: 0,
  called: 0,
  failed: 0,
  closed: 0,
  errors: [],
};

const count = (error) => counts[error ? 'failed' : 'called']++;

/** The socket's owner writes behind the request's content, which the server has not read. */
function own(_res, socket, _head) {
  counts.owners++;
  socket.on('error', () => {});
  socket.on('close', () => counts.closed++);
  for (const text of OWNER) {
    counts.writes++;
    socket.write(text, count);
  }
  socket.pipe(socket);
}

const forms = {
  CONNECT: { method: 'CONNECT', path: 'a:80', headers: {} },
  upgrade: { method: 'POST', headers: { Connection: 'Upgrade', Upgrade: 'x' } },
};

answer({
  /** Sends a request with content in pieces; the last one may be left out. */
  request(reply, { port, kind, listens, ends, pieces }) {
    const { headers, ...form } = forms[kind];
    const req = http.request({
      ...form,
      port,
      host: '127.0.0.1',
      agent: false,
      headers: { ...headers, 'Content-Length': LARGE },
    });
    if (listens) req.on('connect', own).on('upgrade', own);
    req.on('response', (res) => {
      counts.responses++;
      res.resume();
    });
    req.on('error', ({ code }) => counts.errors.push(code));
    const size = LARGE / pieces;
    for (let i = 0; i < pieces; i++) {
      counts.writes++;
      req.write(content.subarray(i * size, (i + 1) * size), count);
    }
    if (ends) req.end();
    reply(true);
  },
  state: (reply) => reply(counts),
});
tell('ready');
