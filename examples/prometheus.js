/**
 * Numbers of a server for Prometheus, by `prom-client`: `npm install prom-client` first. They are
 * asked for when Prometheus asks, and cost nothing in between.
 */
'use strict';

const client = require('prom-client');
const http = require('rust-http');

const server = http.createServer({ health: '/healthz' }, async (req, res) => {
  if (req.url === '/metrics') {
    res.setHeader('Content-Type', client.register.contentType);
    res.end(await client.register.metrics());
    return;
  }
  res.end('hello\n');
});

/** Numbers that go up and down. */
const gauges = {
  connections: 'Open connections',
  upgraded: 'Open sockets that were handed over by an upgrade',
  requestsInFlight: 'Requests that are not answered',
  requestsQueued: 'Requests that wait for JavaScript',
};
/** Numbers since the server was made. */
const counters = {
  connectionsTotal: 'Connections',
  requestsTotal: 'Requests',
  requestsShed: 'Requests that were refused because of overload',
  healthChecks: 'Health checks',
  bytesRead: 'Bytes received',
  bytesWritten: 'Bytes sent',
};

/** `requestsInFlight` → `http_server_requests_in_flight`. */
const nameOf = (key) =>
  `http_server_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toLowerCase()}`;

for (const [key, help] of Object.entries(gauges))
  new client.Gauge({
    name: nameOf(key),
    help,
    collect() {
      this.set(server.stats()[key]);
    },
  });
for (const [key, help] of Object.entries(counters))
  new client.Counter({
    name: `${nameOf(key).replace(/_total$/, '')}_total`,
    help,
    collect() {
      this.reset();
      this.inc(server.stats()[key]);
    },
  });
new client.Gauge({
  name: 'http_server_loop_delay_seconds',
  help: 'Longest time that something waited for JavaScript, of the last 10 to 20 seconds',
  collect() {
    this.set((server.stats().loopDelay ?? 0) / 1000);
  },
});
new client.Gauge({
  name: 'http_server_fallback_connections',
  help: 'Open connections that are not native',
  labelNames: ['reason'],
  collect() {
    for (const [reason, count] of Object.entries(server.stats().fallbacks))
      this.set({ reason }, count);
  },
});

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`metrics on http://localhost:${server.address().port}/metrics`);
});
