'use strict';
// Runs one test over both transports: a listening server with a socket, and a server that is given
// one end of an in-memory pair by `server.emit('connection', duplex)`.
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const duplexPair = require('./duplex-pair');
const { RawClient } = require('./raw-client');

const TIMEOUT = 60_000;

/** What a test body gets: `connect(server)`, the transport's name, and clean-up at the end. */
class Context {
  constructor(t, transport) {
    this.t = t;
    this.transport = transport;
    this.isNative = transport === 'native';
    this.clients = [];
    this.servers = new Set();
    this.connect = this.connect.bind(this);
    this.listen = this.listen.bind(this);
    // In-memory connections keep no process alive: a test that hangs must meet its timeout.
    this.keepAlive = setInterval(() => {}, 1000);
    t.after(() => this.cleanUp());
  }

  /** A client of `server`, whose native transport is made to listen if it does not. */
  async connect(server) {
    this.servers.add(server);
    const client = new RawClient(this.isNative ? await this.dial(server) : this.inject(server));
    this.clients.push(client);
    return client;
  }

  async listen(server, ...options) {
    this.servers.add(server);
    if (options.length === 0) options = [0, '127.0.0.1'];
    server.listen(...options);
    await once(server, 'listening');
    return server.address().port;
  }

  async dial(server) {
    if (!server.listening) await this.listen(server);
    const socket = net.connect({
      port: server.address().port,
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    await once(socket, 'connect');
    socket.setNoDelay(true);
    return socket;
  }

  inject(server) {
    const [near, far] = duplexPair();
    server.emit('connection', far);
    return near;
  }

  cleanUp() {
    clearInterval(this.keepAlive);
    for (const client of this.clients) client.destroy();
    for (const server of this.servers) {
      server.closeAllConnections?.();
      if (server.listening) server.close();
    }
  }
}

function register(title, transport, args) {
  const [options, body] = args.length === 2 ? args : [{}, args[0]];
  test(`${title} [${transport}]`, { timeout: TIMEOUT, ...options }, (t) =>
    body(new Context(t, transport)),
  );
}

/** `onBoth(title[, options], body)`: one test for each transport. */
function onBoth(title, ...args) {
  register(title, 'native', args);
  register(title, 'stream', args);
}

/** For what only sockets of a listening server have. */
function onNative(title, ...args) {
  register(title, 'native', args);
}

/** For what only injected streams have. */
function onStream(title, ...args) {
  register(title, 'stream', args);
}

module.exports = { onBoth, onNative, onStream };
