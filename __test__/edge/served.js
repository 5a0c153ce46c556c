'use strict';
// A server in a process of its own, for tests that measure memory and descriptors. It says its port,
// and answers questions over the channel to its parent.
const { readdirSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const http = require('../support/subject');

const PIECE = Buffer.alloc(64 * 1024, 'x');
const counts = {
  requests: 0,
  errors: {},
  highest: 0,
  blocked: 0,
  drained: 0,
  received: 0,
  peak: 0,
};
const held = [];
let monitor;

const handlers = {
  /** Reads the content and answers. */
  answer(req, res) {
    req.resume().on('end', () => res.end(`${req.url} ${req.headers['x-token'] ?? ''}`));
  },
  /** Writes as much as the path says in MiB, minding what `write` says. */
  download(req, res) {
    let left = Number(req.url.slice(1)) * 16;
    const more = () => {
      while (left > 0) {
        left--;
        const goesOn = res.write(PIECE);
        counts.highest = Math.max(counts.highest, res.writableLength, req.socket.writableLength);
        if (!goesOn) {
          counts.blocked++;
          return;
        }
      }
      res.end();
    };
    res.on('drain', () => {
      counts.drained++;
      more();
    });
    more();
  },
  /** Leaves the content unread until it is told to read. */
  hold(req, res) {
    held.push(() => {
      req.on('data', (chunk) => {
        counts.received += chunk.length;
      });
      req.on('end', () => res.end('read'));
    });
  },
  /** Answers a little later, so that connections come and go meanwhile. */
  later(req, res) {
    setTimeout(() => res.end(req.headers['x-token']), Number(req.url.slice(1)));
  },
};

const [name, given] = process.argv.slice(2);
const { timeout, ...options } = JSON.parse(given);
const server = http.createServer(options, (req, res) => {
  counts.requests++;
  req.on('error', ({ code }) => count(code));
  handlers[name](req, res);
});
if (timeout !== undefined) server.timeout = timeout;
server.on('clientError', (error, socket) => {
  count(error.code);
  if (socket.writable) socket.end(`HTTP/1.1 400 ${error.code}\r\nConnection: close\r\n\r\n`);
  else socket.destroy();
});

function count(code) {
  counts.errors[code] = (counts.errors[code] ?? 0) + 1;
}

const questions = {
  /** What needs no descriptor to be known. */
  counts(reply) {
    server.getConnections((_error, connections) => reply({ ...counts, connections }));
  },
  usage(reply) {
    global.gc?.();
    // Twice: what the first finds unused is given back by the second.
    setImmediate(() => {
      global.gc?.();
      const { rss, external, heapUsed } = process.memoryUsage();
      const fds = readdirSync('/proc/self/fd').length;
      server.getConnections((_error, connections) =>
        reply({ ...counts, rss, external, heapUsed, fds, connections }),
      );
    });
  },
  /** Milliseconds of processor time. */
  processor(reply) {
    const { user, system } = process.cpuUsage();
    reply((user + system) / 1000);
  },
  /** From the first question on: the milliseconds that the event loop was late at most. */
  lag(reply) {
    monitor ??= monitorEventLoopDelay({ resolution: 10 });
    const { max } = monitor;
    monitor.reset();
    monitor.enable();
    reply(max / 1e6);
  },
  read(reply) {
    for (const begin of held.splice(0)) begin();
    reply(true);
  },
  /** From now on, connections are timed out that have not sent their request after `milliseconds`. */
  expire(reply, milliseconds) {
    server.headersTimeout = milliseconds;
    server.requestTimeout = milliseconds;
    reply(true);
  },
  /** Blocks the event loop for so many milliseconds. */
  block(reply, milliseconds) {
    const end = Date.now() + milliseconds;
    while (Date.now() < end);
    reply(true);
  },
  close(reply) {
    server.close(() => reply(true));
  },
};

process.on('message', ([id, question, argument]) => {
  questions[question]((answer) => process.send([id, answer]), argument);
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send(['port', server.address().port]));
