'use strict';
// A server that reads what it is sent and answers; for looks from outside while it does nothing.
const http = require('../../support/subject');
const { answer, serve } = require('./asked');

/** Connections that the system takes while nobody accepts. */
const BACKLOG = 4096;
let requests = 0;

const server = http.createServer((req, res) => {
  requests++;
  req.resume().on('end', () => res.end('x'));
});

answer({
  state(reply) {
    server.getConnections((_error, connections) => reply({ connections, requests }));
  },
});
serve(server, { port: 0, host: '127.0.0.1', backlog: BACKLOG });
