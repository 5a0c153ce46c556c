'use strict';
// Servers whose connections never rest, and how long calls of theirs take meanwhile.
const fs = require('node:fs');
const http = require('../../support/subject');
const { answer, tell } = require('./asked');

/** Milliseconds that this thread was ready to run and did not, so far. */
const waitedForProcessor = () =>
  Number(fs.readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) / 1e6;

const counts = { received: 0, closed: 0 };
let server;

function receive(req, res) {
  req.on('data', (chunk) => {
    counts.received += chunk.length;
  });
  req.on('error', () => {});
  req.on('end', () => res.end('x'));
}

answer({
  listen(reply) {
    server = http.createServer(receive);
    server.on('clientError', (_error, socket) => socket.destroy());
    server.on('close', () => counts.closed++);
    server.listen(0, '127.0.0.1', () => reply(server.address().port));
  },
  state: (reply) => reply(counts),
  /**
   * The milliseconds until each method returns, whatever it begins; without those in which the machine ran
   * others.
   */
  call(reply, names) {
    const took = names.map((name) => {
      const begun = performance.now();
      const waited = waitedForProcessor();
      server[name](() => {});
      return performance.now() - begun - (waitedForProcessor() - waited);
    });
    reply(took);
  },
});
tell('ready');
