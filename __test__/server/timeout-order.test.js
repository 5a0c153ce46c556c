'use strict';
// When timeouts without traffic come, and in which order among the timers of the program: as Node's,
// which are timers themselves.
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { newerThanHost } = require('../support/mode');
const { patient } = require('../support/sanitizer');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const limit = { timeout: 30_000 };
/** Whoever is late each time is to blame, not the machine. */
const ATTEMPTS = 5;
/** Milliseconds by which a timer may be set later and still come in the same moment. */
const LATER = patient(5);
const LENGTHS = [10, 20, 60];

/** How a connection comes to the server: the transports of both kinds. */
const transports = {
  native: (server) => server,
  stream: (server) => net.createServer((socket) => server.emit('connection', socket)),
};

function beBusy(msecs) {
  const end = performance.now() + msecs;
  while (performance.now() < end);
}

/**
 * What makes the timeout begin. `begun` is called in the moment in which it does; `isSet`: in the same
 * tick in which the program has set it.
 */
const rows = [
  {
    name: 'socket.setTimeout()',
    isSet: true,
    serve: (server, length, begun) =>
      server.on('request', ({ socket }) => {
        begun(socket);
        socket.setTimeout(length);
      }),
  },
  {
    name: 'socket.setTimeout() before traffic',
    serve: (server, length, begun) =>
      server.on('request', ({ socket }, res) => {
        socket.setTimeout(length);
        setImmediate(() => {
          begun(socket);
          res.write('x');
        });
      }),
  },
  {
    name: 'server.timeout',
    serve(server, length, begun) {
      server.timeout = length;
      server.on('connection', (socket) => begun(socket));
    },
    isSilent: true,
  },
  {
    name: 'keepAliveTimeout',
    skip: newerThanHost(24),
    serve(server, length, begun) {
      server.keepAliveTimeout = length;
      server.keepAliveTimeoutBuffer = 0;
      server.on('request', (req, res) => {
        res.on('finish', () => begun(req.socket));
        res.end('x');
      });
    },
  },
];

/** Lets the timeout of one connection come; resolves to what happened, in its order. */
async function observe(t, way, { serve, isSilent }, length, whenBegun) {
  const log = [];
  const server = http.createServer();
  server.keepAliveTimeout = 0;
  const listener = transports[way](server);
  const told = new Promise((resolve) => {
    let start;
    serve(server, length, () => {
      if (start !== undefined) return;
      start = performance.now();
      whenBegun(log);
    });
    server.on('timeout', (socket) => {
      log.push('timeout');
      socket.destroy();
      resolve(performance.now() - start);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = net.connect(listener.address().port, '127.0.0.1').on('error', () => {});
  t.after(() => client.destroy());
  if (!isSilent) client.write(GET);
  const took = await told;
  // A timer that was due in the same turn has its chance to come, too.
  await new Promise((resolve) => setTimeout(resolve, LATER + 5));
  client.destroy();
  listener.close();
  return { log, took };
}

for (const way of Object.keys(transports)) {
  for (const row of rows) {
    const skip = row.skip ?? false;
    test(`${row.name} [${way}]`, { ...limit, skip }, async (t) => {
      for (const length of LENGTHS) {
        for (let attempt = 1; ; attempt++) {
          const { log, took } = await observe(t, way, row, length, (log) => {
            setTimeout(() => log.push('before'), length - (row.isSet ? 0 : 2));
            setTimeout(() => log.push('after'), length + LATER);
          });
          assert.ok(took >= length - 2, `${length} ms were over after ${took}`);
          const shown = `${length}: ${log}`;
          if (shown === `${length}: before,timeout,after`) break;
          assert.ok(attempt < ATTEMPTS, shown);
        }
      }
    });

    test(`${row.name}, in a busy program [${way}]`, { ...limit, skip }, async (t) => {
      for (const length of LENGTHS) {
        const { log } = await observe(t, way, row, length, (log) => {
          setTimeout(() => log.push('before'), row.isSet ? length : 1);
          setImmediate(beBusy, length + 20);
        });
        assert.deepStrictEqual(log, ['before', 'timeout'], `${length} ms`);
      }
    });
  }

  test(`a timer that is set behind a timeout comes behind it [${way}]`, limit, async (t) => {
    const row = {
      serve: (server, length, begun) =>
        server.on('request', ({ socket }) => {
          // Behind what brought the request, which is traffic, too.
          setImmediate(() => {
            socket.setTimeout(length);
            begun();
          });
        }),
    };
    for (const length of LENGTHS) {
      const { log } = await observe(t, way, row, length, (log) => {
        setTimeout(() => log.push('after'), length);
      });
      assert.deepStrictEqual(log, ['timeout', 'after'], `${length} ms`);
    }
  });
}
