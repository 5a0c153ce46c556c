/**
 * Numbers of all servers and agents of a process for OpenTelemetry, by the channel `rust-http.stats`:
 * `npm install @opentelemetry/api @opentelemetry/sdk-metrics` first. They are told once a second while
 * somebody subscribes, for servers and agents that this file does not know.
 */
'use strict';

const { subscribe } = require('node:diagnostics_channel');
const { metrics } = require('@opentelemetry/api');
const {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} = require('@opentelemetry/sdk-metrics');
const http = require('rust-http');

// One that sends them somewhere takes the place of the console: `@opentelemetry/exporter-metrics-otlp-http`.
const exporter = new ConsoleMetricExporter();
const reader = new PeriodicExportingMetricReader({
  exporter,
  exportIntervalMillis: 2000,
});
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
const meter = metrics.getMeter('rust-http');

/** What each server and agent has told last, with what it is known by. */
const latest = new Map();
subscribe('rust-http.stats', ({ agent, server, stats }) => {
  const isOver = server
    ? !server.listening && stats.connections === 0
    : stats.sockets + stats.freeSockets + stats.requestsWaiting === 0;
  if (isOver) {
    latest.delete(server ?? agent);
    return;
  }
  const address = server?.address();
  const attributes = server
    ? { 'server.address': address?.address ?? 'closed', 'server.port': address?.port ?? 0 }
    : { 'network.protocol.name': agent.protocol.replace(':', '') };
  latest.set(server ?? agent, { isServer: server !== undefined, attributes, stats });
});

const observe = (instrument, isServer, key) =>
  instrument.addCallback((result) => {
    for (const one of latest.values())
      if (one.isServer === isServer) result.observe(one.stats[key], one.attributes);
  });
const up = (name, isServer, key, options) =>
  observe(meter.createObservableCounter(name, options), isServer, key);
const upDown = (name, isServer, key, options) =>
  observe(meter.createObservableUpDownCounter(name, options), isServer, key);

upDown('http.server.active_requests', true, 'requestsInFlight', { unit: '{request}' });
upDown('http.server.open_connections', true, 'connections', { unit: '{connection}' });
up('http.server.requests', true, 'requestsTotal', { unit: '{request}' });
up('http.server.requests.shed', true, 'requestsShed', { unit: '{request}' });
up('http.server.io.received', true, 'bytesRead', { unit: 'By' });
up('http.server.io.sent', true, 'bytesWritten', { unit: 'By' });
upDown('http.client.open_connections', false, 'sockets', { unit: '{connection}' });
upDown('http.client.waiting_requests', false, 'requestsWaiting', { unit: '{request}' });

const server = http.createServer((_req, res) => res.end('hello\n'));
server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(
    `numbers every two seconds; ask http://localhost:${server.address().port}/ meanwhile`,
  );
});
