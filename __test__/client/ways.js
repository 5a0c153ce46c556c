'use strict';
// Runs one test over each way in which a request can come to its connection. What Node's http
// answers, or the bytes that a `Peer` sends, must look the same to the client over all of them.
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const duplexPair = require('../support/duplex-pair');
const http = require('../support/subject');
const { Peer } = require('./peer');

const TIMEOUT = 60_000;
let pipes = 0;

/** Each returns the options of a request that make it come to its connection in that way. */
const WAYS = {
  'pooled agent': ({ agent, address }) => ({ agent, ...address }),
  'agent: false': ({ address }) => ({ agent: false, ...address }),
  'own socket': ({ address }) => ({
    ...address,
    createConnection: ({ host, port }) => net.connect({ host, port }),
  }),
  'own stream': (world) => ({ createConnection: () => world.dialInMemory() }),
  'unix socket': ({ agent, address }) => ({ agent, ...address }),
};

/** What a test body gets: a client bound to one way, and the server's side of it. */
class World {
  constructor(t, way) {
    this.t = t;
    this.way = way;
    this.pools = way === 'pooled agent' || way === 'unix socket';
    this.isMemory = way === 'own stream';
    this.agent = new http.Agent({ keepAlive: true });
    /** Connections that have come, and those who wait for one. */
    this.arrived = [];
    this.awaited = [];
    this.streams = new Set();
    this.requests = [];
    this.connections = 0;
    this.handled = null;
    for (const name of ['request', 'get', 'accept', 'serve', 'options']) {
      this[name] = this[name].bind(this);
    }
    // In-memory connections keep no process alive: a test that hangs must meet its timeout.
    this.keepAlive = setInterval(() => {}, 1000);
    t.after(() => this.cleanUp());
  }

  async start() {
    if (this.isMemory) return;
    this.listener = net.createServer({ allowHalfOpen: true }, (socket) =>
      this.onConnection(socket),
    );
    this.listener.listen(this.listenOptions());
    await once(this.listener, 'listening');
    const address = this.listener.address();
    this.address =
      typeof address === 'string'
        ? { socketPath: address }
        : { host: '127.0.0.1', port: address.port };
  }

  listenOptions() {
    if (this.way !== 'unix socket') return { port: 0, host: '127.0.0.1' };
    const name = `rust-http-${process.pid}-${pipes++}`;
    return {
      path: process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : path.join(tmpdir(), name),
    };
  }

  dialInMemory() {
    const [near, far] = duplexPair();
    delayDelivery(far);
    this.streams.add(near);
    this.onConnection(far);
    return near;
  }

  onConnection(stream) {
    this.connections++;
    this.streams.add(stream);
    if (this.handled !== null) {
      this.handled.emit('connection', stream);
      return;
    }
    stream.setNoDelay?.(true);
    stream.on('end', () => stream.end());
    const peer = new Peer(stream);
    const waiting = this.awaited.shift();
    if (waiting) waiting(peer);
    else this.arrived.push(peer);
  }

  /** The next connection, as a `Peer` whose bytes the test says. */
  accept() {
    if (this.arrived.length > 0) return Promise.resolve(this.arrived.shift());
    return new Promise((resolve) => this.awaited.push(resolve));
  }

  /** From now on Node's own server answers, with `handler`. */
  serve(handler, options = {}) {
    this.handled = nodeHttp.createServer({ keepAliveTimeout: 60_000, ...options }, handler);
    return this.handled;
  }

  /** The options of a request over this way. */
  options(options) {
    return { ...WAYS[this.way](this), ...options };
  }

  request(options, callback) {
    const req = http.request(this.options(options), callback);
    this.requests.push(req);
    return req;
  }

  get(options, callback) {
    return this.request(options, callback).end();
  }

  cleanUp() {
    clearInterval(this.keepAlive);
    // What the test left under way is broken off, which is nobody's error.
    for (const req of this.requests) req.on('error', () => {});
    this.agent.destroy();
    for (const stream of this.streams) stream.destroy();
    this.handled?.closeAllConnections();
    this.listener?.close();
  }
}

/** What is sent arrives a turn of the event loop later, as it does over a network. */
function delayDelivery(stream) {
  for (const name of ['_write', '_final']) {
    const deliver = stream[name];
    stream[name] = (...args) => setImmediate(() => deliver.apply(stream, args));
  }
}

function register(title, way, args) {
  const [{ except: _, ...options }, body] = args.length === 2 ? args : [{}, args[0]];
  test(`${title} [${way}]`, { timeout: TIMEOUT, ...options }, async (t) => {
    const world = new World(t, way);
    await world.start();
    await body(world);
  });
}

/** `onEveryWay(title[, options], body)`: one test for each way but those of `options.except`. */
function onEveryWay(title, ...args) {
  const except = args.length === 2 ? (args[0].except ?? []) : [];
  for (const way of Object.keys(WAYS)) if (!except.includes(way)) register(title, way, args);
}

/** For what happens between two requests of one connection. */
function onPooledWays(title, ...args) {
  for (const way of ['pooled agent', 'unix socket']) register(title, way, args);
}

/** For what only sockets have. */
function onSocketWays(title, ...args) {
  for (const way of Object.keys(WAYS)) if (way !== 'own stream') register(title, way, args);
}

/** For what does not depend on the way. */
function onOneWay(title, ...args) {
  register(title, 'pooled agent', args);
}

module.exports = { onEveryWay, onOneWay, onPooledWays, onSocketWays };
