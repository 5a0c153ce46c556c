'use strict';
// A peer that gives up amid the handshake, by an alert or without a word: the other side hears of it at once, and
// of what Node would tell it.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttps = require('node:https');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');
const { cert, key } = require('../agent/tls-fixture');
const https = require('../support/secure-subject');
const duplexPair = require('../support/duplex-pair');

const alert = (level, description) => Buffer.from([21, 3, 3, 0, 2, level, description]);
const LEAVE = {
  close_notify: (socket) => socket.write(alert(1, 0)),
  'close_notify and the end': (socket) => socket.end(alert(1, 0)),
  'user_canceled and close_notify': (socket) =>
    socket.write(Buffer.concat([alert(1, 90), alert(1, 0)])),
  no_renegotiation: (socket) => socket.write(alert(1, 100)),
  handshake_failure: (socket) => socket.write(alert(2, 40)),
  'the end': (socket) => socket.end(),
  'a reset': (socket) => socket.resetAndDestroy(),
};
const VERSIONS = ['TLSv1.2', 'TLSv1.3'];

/** What a client of this version says first. */
async function helloOf(version) {
  const [near, far] = duplexPair();
  const socket = tls.connect({ socket: near, minVersion: version, maxVersion: version });
  socket.on('error', () => {});
  const [hello] = await once(far, 'data');
  socket.destroy();
  return hello;
}

async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

/** What a server tells of a client that leaves amid the handshake. */
async function toldByServer(t, { createServer }, version, leave) {
  const server = createServer({ cert, key });
  const port = await listen(t, server);
  const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => client.destroy());
  client.on('error', () => {});
  client.write(await helloOf(version));
  await once(client, 'data');
  const told = once(server, 'tlsClientError');
  leave(client);
  const [{ code, syscall }] = await told;
  return { code, syscall };
}

/** A server that leaves, behind its first message if it `begins`. */
async function leaving(t, version, begins, leave) {
  const real = tls.createServer({ cert, key, minVersion: version, maxVersion: version });
  real.on('tlsClientError', () => {});
  const port = await listen(t, real);
  return listen(
    t,
    net.createServer((socket) => {
      socket.on('error', () => {});
      const behind = net.connect(port, '127.0.0.1');
      t.after(() => {
        socket.destroy();
        behind.destroy();
      });
      socket.pipe(behind);
      behind.once('data', (answer) => {
        if (begins) socket.write(answer.subarray(0, 5 + answer.readUInt16BE(3)));
        leave(socket);
      });
    }),
  );
}

/** What a client tells of a server that does so. */
async function toldByClient(t, { Agent, get }, port) {
  const agent = new Agent({ ca: cert });
  t.after(() => agent.destroy());
  const [{ code, message, syscall }] = await once(get({ port, host: '127.0.0.1', agent }), 'error');
  return { code, message: code === 'ECONNRESET' ? message : undefined, syscall };
}

for (const version of VERSIONS)
  for (const [how, leave] of Object.entries(LEAVE)) {
    // A newer OpenSSL then waits on for the handshake of a client of TLS 1.3.
    const waits = how.startsWith('user_canceled') && version === 'TLSv1.3';
    test(`a client leaves: ${how} [${version}]`, {
      skip: waits && 'Node waits for the timeout',
      timeout: 60_000,
    }, async (t) => {
      const told = await toldByServer(t, https, version, leave);
      assert.deepStrictEqual(told, await toldByServer(t, nodeHttps, version, leave));
    });

    if (how !== 'no_renegotiation')
      for (const [when, begins] of [
        ['at once', false],
        ['behind its first message', true],
      ])
        test(`a server leaves ${when}: ${how} [${version}]`, {
          timeout: 60_000,
        }, async (t) => {
          const port = await leaving(t, version, begins, leave);
          const told = await toldByClient(t, https, port);
          assert.deepStrictEqual(told, await toldByClient(t, nodeHttps, port));
        });
  }
