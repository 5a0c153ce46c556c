'use strict';
// The server under the chaos test: one process, several ports, each with listeners of its own kind.
const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const http = require('../../support/subject');
const https = require('../../support/secure-subject');
const { cert, key } = require('../../agent/tls-fixture');
const { hostHas, onNodeHttp } = require('../../support/mode');
const { answer, tell } = require('../programs/asked');
const { contentOf } = require('./content');
const { DelayMeter } = require('../programs/delay-meter');
const { ON_PURPOSE, handlers, readTarget } = require('./handlers');

/** The server speaks TLS. */
const isSecure = process.env.CHAOS_SECURE === '1';
/** What tells of a new connection that speaks HTTP. */
const CONNECTION = isSecure ? 'secureConnection' : 'connection';
const counts = { requests: 0, thrown: 0, owners: 0, sent: 0, clientErrors: 0 };
const child = fork(path.join(__dirname, 'receiver.js'));
let meter;
/** Sockets whose next owner waits for the answers before it: how many there are, and what comes next. */
const followed = new WeakMap();

process.on('uncaughtException', (error) => {
  if (error.message !== ON_PURPOSE) {
    process.stderr.write(`uncaught: ${error.stack}\n`);
    process.exit(70);
  }
  counts.thrown++;
});

// ---- requests ----

function onRequest(req, res) {
  counts.requests++;
  const target = readTarget(req.url);
  req.on('error', () => {});
  if (target.kind === 'sent') {
    behindAnswers(req.socket, () => sendAway(req.socket, target));
    return;
  }
  if (req.headers['x-followed']) follow(req.socket, res);
  handlers[target.kind](req, res, target);
}

function stateOf(socket) {
  if (!followed.has(socket)) followed.set(socket, { open: 0, next: null });
  return followed.get(socket);
}

function follow(socket, res) {
  const state = stateOf(socket);
  state.open++;
  res.on('close', () => {
    state.open--;
    goOn(state);
  });
}

function goOn(state) {
  const { next } = state;
  if (next === null || state.open > 0) return;
  state.next = null;
  next();
}

/** Calls `next` when the answers before are complete. */
function behindAnswers(socket, next) {
  const state = stateOf(socket);
  state.next = next;
  goOn(state);
}

/** Sockets for the other process. One at a time: what Node queues may end before it is sent. */
const leaving = [];
let isSending = false;

/** Another process answers. */
function sendAway(socket, target) {
  leaving.push([socket, target]);
  sendNext();
}

function sendNext() {
  while (!isSending && leaving.length > 0) {
    const [socket, { id, length }] = leaving.shift();
    // Node's own counts a socket twice that has ended and is sent.
    if (!socket.writable) continue;
    isSending = true;
    counts.sent++;
    child.send([id, length], socket, () => {});
  }
}

/** The other process says that it has got a socket. */
function onReceived() {
  isSending = false;
  sendNext();
}

// ---- other owners ----

/** Says that it has the socket, sends content, then sends back what it gets. */
function own(head) {
  return (req, socket, bytes) => {
    const { id, length } = readTarget(req.headers['x-target']);
    socket.on('error', () => {});
    behindAnswers(socket, () => {
      if (socket.destroyed) return;
      counts.owners++;
      socket.write(head);
      socket.write(contentOf(id, length));
      socket.write(bytes);
      socket.pipe(socket);
    });
  };
}

function takeOwners(server) {
  server.on('upgrade', own('HTTP/1.1 101 Mine\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'));
  server.on('connect', own('HTTP/1.1 200 Mine\r\n\r\n'));
}

let watched = 0;
/** What 'connection' listeners do with a socket, by turns. */
const looks = [
  () => {},
  (socket) => socket.remotePort,
  (socket) => socket.setTimeout(60_000),
  (socket) => socket.once('close', () => {}),
  (socket) => socket.setNoDelay(true),
  (socket) => socket.on('data', () => {}),
  (socket) => socket._handle,
];
const look = (socket) => looks[watched++ % looks.length](socket);

// ---- the ports ----

const canDecline = !onNodeHttp || hostHas(24, 9);
const declining = { shouldUpgradeCallback: () => false };

/** The listeners and options of each port. */
const kinds = {
  plain: {},
  owned: { listeners: takeOwners },
  declining: {
    options: declining,
    listeners(server) {
      if (canDecline) server.on('upgrade', () => process.exit(71));
    },
  },
  watched: {
    listeners(server) {
      takeOwners(server);
      server.on(CONNECTION, look);
    },
  },
  'watched-declining': { options: declining, listeners: (server) => server.on(CONNECTION, look) },
  'half-open': {
    listeners(server) {
      takeOwners(server);
      server.httpAllowHalfOpen = true;
    },
  },
};

const servers = [];
const ports = {};

async function serve(name, { options = {}, listeners = () => {} }) {
  const secrets = isSecure ? { cert, key } : {};
  const server = (isSecure ? https : http).createServer(
    { keepAliveTimeout: 30_000, ...secrets, ...options },
    onRequest,
  );
  server.on('clientError', (_error, socket) => {
    counts.clientErrors++;
    socket.destroy();
  });
  listeners(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  ports[name] = server.address().port;
}

function countConnections(reply) {
  let sum = 0;
  let missing = servers.length;
  for (const server of servers)
    server.getConnections((_error, count) => {
      sum += count;
      if (--missing === 0) reply({ ...counts, connections: sum });
    });
}

async function main() {
  for (const [name, kind] of Object.entries(kinds)) await serve(name, kind);
  await once(child, 'message');
  child.on('message', onReceived);
  meter = new DelayMeter();
  answer({
    counts: countConnections,
    /** The longest delays of the event loop since the last question. */
    delays(reply) {
      const { longest } = meter;
      meter.reset();
      reply(longest);
    },
  });
  tell('ready', { ports });
}

main();
