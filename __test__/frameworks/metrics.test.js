'use strict';
// The examples that export a server's numbers, with the packages that they need.
const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');
const { contentOf } = require('../support/events');
const { launch } = require('../example/launch');

const limit = { timeout: 60_000 };

/** Starts an example that finds this folder's packages. */
async function start(t, name) {
  const example = await launch(name, {
    env: { NODE_PATH: path.join(__dirname, 'node_modules') },
  });
  t.after(() => example.stop('SIGKILL'));
  return example;
}

async function ask(url) {
  const [res] = await once(http.get(url), 'response');
  return String(await contentOf(res));
}

test('Prometheus gets what stats() tells', limit, async (t) => {
  const { url } = await start(t, 'prometheus.js');
  assert.strictEqual(await ask(new URL('/', url)), 'hello\n');
  assert.strictEqual(await ask(new URL('/healthz', url)), '{"status":"ok","delay":0,"queue":0}\n');
  const text = await ask(new URL('/metrics', url));
  assert.match(text, /^http_server_requests_total 2$/m);
  assert.match(text, /^http_server_requests_in_flight 1$/m);
  assert.match(text, /^http_server_health_checks_total 1$/m);
  assert.match(text, /^http_server_bytes_read_total [1-9]\d+$/m);
  assert.match(text, /^http_server_fallback_connections\{reason="tls"\} 0$/m);
});

test('OpenTelemetry gets what the channel tells', limit, async (t) => {
  const { child, output, url } = await start(t, 'opentelemetry.js');
  for (let i = 0; i < 3; i++) assert.strictEqual(await ask(url), 'hello\n');
  const isTold = () => /name: 'http\.server\.requests',[\s\S]*?value: 3\b/.test(output());
  while (!isTold()) await new Promise((resolve) => child.stdout.once('data', resolve));
  assert.match(output(), /'server\.port': \d+/);
});
