'use strict';
// A server with `maxConnections`, which counts whom it has met and whom it has dropped.
const http = require('../../support/subject');
const { answer, serve } = require('./asked');

const [options] = process.argv.slice(2).map(JSON.parse);
const counts = { met: 0, most: 0, served: 0, dropped: [] };

const server = http.createServer((_req, res) => {
  counts.served++;
  look();
  res.end('x');
});
server.maxConnections = options.maxConnections;
if (options.looks) {
  server.on('connection', () => {
    counts.met++;
    look();
  });
}
server.on('drop', (data) => counts.dropped.push(data?.remotePort));
server.on('upgrade', (_req, socket) => {
  socket.on('error', () => {});
  socket.end('HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
  socket.resume();
});

/** The most connections that were there at a time, as far as the server knows. */
function look() {
  counts.most = Math.max(counts.most, server._connections);
}

answer({
  state(reply) {
    look();
    server.getConnections((_error, connections) => reply({ ...counts, connections }));
  },
  limit(reply, maxConnections) {
    server.maxConnections = maxConnections;
    reply(true);
  },
});
serve(server, { port: 0, host: '127.0.0.1', backlog: 1024 });
