'use strict';
// What the kernel is asked for: TCP keep-alive as it is, told by /proc/net/tcp.
const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('../support/subject');
const { test } = require('node:test');
const { until } = require('../edge/program');

const skip = process.platform !== 'linux' && 'only Linux tells the timers of connections';
const limit = { timeout: 30_000, skip };
/** The kernel's name of the timer that probes, and of none. */
const PROBES = '02';
const NONE = '00';

const hex = (port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;

/** The timer that a connection waits for: its name, and the seconds until then. */
function timerOf({ localPort, remotePort }) {
  const lines = fs.readFileSync('/proc/net/tcp', 'latin1').split('\n').slice(1);
  for (const line of lines) {
    const [, local, remote, , , timer] = line.trim().split(/\s+/);
    if (!local?.endsWith(hex(localPort)) || !remote.endsWith(hex(remotePort))) continue;
    const [name, left] = timer.split(':');
    return { name, seconds: Number.parseInt(left, 16) / 100 };
  }
  throw new Error('no such connection');
}

/** Until the last byte was acknowledged the timer is another one. */
async function untilTimer(socket, wanted, least = 0) {
  const timer = () => timerOf(socket);
  await until(timer, ({ name, seconds }) => name === wanted && seconds >= least);
  return timer().seconds;
}

async function connected(t, options = {}) {
  const server = http.createServer(options, (_req, res) => res.end('x'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const agent = new http.Agent({ keepAlive: true, keepAliveMsecs: 50_000 });
  t.after(() => agent.destroy());
  const request = http.get({ port: server.address().port, host: '127.0.0.1', agent });
  const [, [near], [far]] = await Promise.all([
    once(request, 'response').then(async ([res]) => once(res.resume(), 'end')),
    once(request, 'socket'),
    once(server, 'connection'),
  ]);
  return { near, far };
}

const within = (seconds, most) => {
  assert.ok(seconds <= most && seconds > most - 20, `${seconds} s, of ${most}`);
};

test('setKeepAlive has an idle peer probed, and not any more', limit, async (t) => {
  const { far } = await connected(t);
  await untilTimer(far, NONE);
  far.setKeepAlive(true, 100_000);
  within(await untilTimer(far, PROBES), 100);
  far.setKeepAlive(true, 200_000);
  within(await untilTimer(far, PROBES, 101), 200);
  far.setKeepAlive(false);
  await untilTimer(far, NONE);
  far.setKeepAlive(true, 100_000);
  within(await untilTimer(far, PROBES), 100);
});

test("a server's keepAlive has every peer probed", limit, async (t) => {
  const { far } = await connected(t, { keepAlive: true, keepAliveInitialDelay: 80_000 });
  within(await untilTimer(far, PROBES), 80);
});

test("an agent's keepAliveMsecs is the delay of its connections", limit, async (t) => {
  const { near } = await connected(t);
  within(await untilTimer(near, PROBES), 50);
});
