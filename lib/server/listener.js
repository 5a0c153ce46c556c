'use strict';
// The native listener under a server: put in place where `net.Server.listen()` has done arguments,
// DNS and cluster. The descriptor is made and bound by Node's own handle, which stays the server's
// `_handle`: addresses, sending it to other processes and closing it are Node's.
const { ReflectApply } = require('../base/primordials');
const { addressException, systemErrors } = require('../base/errors');
const { kGuard, kListener, kServerTls, kTransport } = require('../base/symbols');
const { LazySocket } = require('../socket/lazy-socket');
const native = require('../wire/loop');
const { READ_DEFERRED } = require('../wire/layout');
const { NativeTransport } = require('../transport/native');
const { parserOptions } = require('../transport/parser');
const { channel, net } = require('../node/builtins');
const { setOwner } = require('../node/net');
const { ConnectionResource, Context, contextOf } = require('../node/async-contexts');
const { ServerConnection } = require('./connection');
const { addUnserved } = require('./open-connections');
const { keepAliveLimit, milliseconds } = require('./live-options');
const { adoptOptions, connectionLimit } = require('./options');
const { process } = require('../wire/realm');

const netServerSocket = channel('net.server.socket');
// `net.Server.listen()` publishes only the start of what ends here.
const listenEnd = channel('tracing:net.server.listen:asyncEnd');
const listenError = channel('tracing:net.server.listen:error');

class NativeListener {
  constructor(server) {
    this.server = server;
    adoptOptions(server);
    this.referenced = false;
    this.isClosed = false;
    /** JavaScript hears of connections before their first request: it accepts them. */
    this.announces = false;
    /** Connections are in the context of the call of `listen()`; null if it was in none. */
    this.resource = contextOf(server._handle);
    /** Its number on the native side; a (negative) error number if that could not be started. */
    this.id = native.start().createListener(this.options());
    /** The server's TLS; undefined where there is none. */
    this.serverTls = server[kServerTls];
    this.serverTls?.tell(this.id);
    if (this.id > 0) native.listeners.set(this.id, this);
    if (server[kGuard]) native.tellRequests();
  }

  /** A listener of the application has to see connections before anything is read from them. */
  mustDeferReading() {
    const { server } = this;
    return !server.isPlainConnection() || netServerSocket.hasSubscribers;
  }

  /** The server's options as the native side takes them. */
  options() {
    const { server } = this;
    return {
      parser: parserOptions(server),
      timeout: milliseconds(server.timeout),
      headersTimeout: milliseconds(server.headersTimeout),
      requestTimeout: milliseconds(server.requestTimeout),
      keepAliveTimeout: keepAliveLimit(server),
      checkingInterval: milliseconds(server.connectionsCheckingInterval) || 1,
      maxConnections: connectionLimit(server),
      noDelay: server.noDelay,
      keepAliveProbe: server.keepAlive ? server.keepAliveInitialDelay : -1,
      deferReading: this.mustDeferReading(),
      guard: server[kGuard]?.nativeOptions,
    };
  }

  update() {
    native.io.configure(this.id, this.options());
    this.serverTls?.tell(this.id);
  }

  /** Accepts on the bound `handle`. Returns an error number, 0 if all is well. */
  listen(handle, backlog) {
    if (this.id < 0) return this.id;
    const errno = native.io.listen(this.id, handle.fd, (backlog || 511) | 0);
    if (errno !== 0) {
      native.closeListener(this.id);
      return -errno;
    }
    this.wrap(handle);
    return 0;
  }

  /** Connections that a cluster's primary accepted come with the handle's callback. */
  adoptFrom(handle) {
    this.announces = true;
    handle.onconnection = (error, client) => {
      if (error) return;
      if (this.isFull()) {
        const ends = addressesOf(client);
        client.close();
        this.drop(ends);
        return;
      }
      const opened = native.io.adopt(this.id, client.fd);
      client.close();
      // Without a descriptor to spare, the connection is dropped. It is the server's at once: the next one is
      // counted against `maxConnections` behind it.
      if (opened) this.onOpen(...opened);
    };
    this.wrap(handle);
  }

  /** Ties the listener to the life of the server's handle. */
  wrap(handle) {
    const { close, listen: share, ref, unref } = handle;
    // Another server listens on it: from now on connections are that one's, as with Node.
    handle.listen = (...args) => {
      this.close();
      return ReflectApply(share, handle, args);
    };
    handle.close = (...args) => {
      this.close();
      return ReflectApply(close, handle, args);
    };
    handle.ref = () => {
      this.setRef(true);
      ref?.call(handle);
    };
    handle.unref = () => {
      this.setRef(false);
      unref?.call(handle);
    };
    handle.hasRef = () => this.referenced;
    this.setRef(true);
  }

  setRef(referenced) {
    // A handle that is shared still tells the listener that has left it.
    if (this.referenced === referenced || (referenced && this.isClosed)) return;
    this.referenced = referenced;
    if (referenced) native.ref();
    else native.unref();
  }

  /** Stops accepting. Connections that were accepted and not announced are closed. */
  close() {
    if (this.isClosed) return;
    this.isClosed = true;
    this.server[kGuard]?.addCounts(native.io.guardCounts(this.id));
    native.closeListener(this.id);
    this.setRef(false);
    if (this.server[kListener] === this) this.server[kListener] = null;
  }

  onOpen(id, flags) {
    if (this.resource === null) this.open(id, flags, null);
    else this.resource.runInAsyncScope(() => this.open(id, flags, new ConnectionResource()));
  }

  open(id, flags, origin) {
    const { serverTls, server } = this;
    const transport = serverTls
      ? serverTls.open(server, id)
      : new NativeTransport(id, new LazySocket(server), false);
    const { socket } = transport;
    transport.origin = origin;
    if (origin !== null) origin.transport = transport;
    socket[kTransport] = transport;
    server._connections++;
    if (serverTls) {
      if (flags & READ_DEFERRED) serverTls.leaveToNode(transport);
      return;
    }
    // One that is no duration throws, and the connection is not served: so it is in Node.
    if (server.timeout) transport.setTimeout(server.timeout);
    if (server.isPlainConnection() && !netServerSocket.hasSubscribers) {
      const connection = new ServerConnection(server, socket, transport);
      connection.wasAnnounced = this.announces;
      // The listener for connections that was there when this one was accepted may be gone by now.
      if (flags & READ_DEFERRED) native.io.startReading(id);
      return;
    }
    const context = new Context(this.resource?.asyncId());
    transport.origin ??= context;
    try {
      context.runInAsyncScope(announce, null, server, socket);
    } finally {
      // Also behind a listener that throws.
      this.goOn(id, transport);
    }
  }

  goOn(id, transport) {
    if (transport.isDestroyed) return;
    if (transport.role !== null) {
      native.io.startReading(id);
      return;
    }
    // None of the listeners made it HTTP.
    addUnserved(this.server, transport.socket);
    transport.socket.leaveHttp();
  }

  isFull() {
    const limit = connectionLimit(this.server);
    return limit >= 0 && this.server._connections >= limit;
  }

  /** A connection was refused because of `maxConnections`. `ends` is null if they have no addresses. */
  drop(ends) {
    (this.resource ?? new Context()).runInAsyncScope(this.tellDropped, this, ends);
  }

  tellDropped(ends) {
    if (ends === null) {
      this.server.emit('drop');
      return;
    }
    const { local, remote } = ends;
    this.server.emit('drop', {
      __proto__: null,
      localAddress: local.address,
      localPort: local.port,
      localFamily: local.family,
      remoteAddress: remote?.address,
      remotePort: remote?.port,
      remoteFamily: remote?.family,
    });
  }
}

function announce(server, socket) {
  server.emit('connection', socket);
  if (netServerSocket.hasSubscribers) netServerSocket.publish({ socket });
}

/** Both ends of a handle of Node's. */
function addressesOf(handle) {
  if (!handle.getsockname || !handle.getpeername) return null;
  const local = {};
  const remote = {};
  handle.getsockname(local);
  handle.getpeername(remote);
  return { local, remote };
}

/** A handle bound as `net.Server` would bind it, or a (negative) error number. */
function bind(address, port, addressType, fd, flags) {
  const make = (host, type) => checked(net._createServerHandle(host, port, type, fd, flags), port);
  if (address || typeof fd === 'number')
    return { handle: make(address, addressType), address, addressType };
  const handle = net._createServerHandle('::', port, 6, fd, flags);
  // A taken port is one to be told of, not one to be sought elsewhere.
  if (typeof handle !== 'number')
    return { handle: checked(handle, port), address: '::', addressType: 6 };
  return { handle: make('0.0.0.0', 4), address: '0.0.0.0', addressType: 4 };
}

/** libuv reports a taken port only when listening, which it does not do here: look at the port. */
function checked(handle, port) {
  if (typeof handle === 'number' || !(port > 0) || !handle.getsockname) return handle;
  const bound = {};
  const error = handle.getsockname(bound);
  if (error === 0 && bound.port === port) return handle;
  handle.close();
  return error || systemErrors().EADDRINUSE;
}

/** `_listen2` of our servers, with its arguments: binds unless there is a handle, and accepts natively. */
function listen(server, ...args) {
  if (server._handle) listenOnHandle(server, args);
  else bindAndListen(server, ...args);
}

/** Node's own code accepts on a handle from elsewhere, as a cluster's primary, and we take the connections over. */
function listenOnHandle(server, args) {
  ReflectApply(net.Server.prototype._listen2, server, args);
  if (!server._handle) return;
  const listener = new NativeListener(server);
  // Without it, Node's own sockets go through the stream transport.
  if (listener.id < 0) return;
  server[kListener] = listener;
  listener.adoptFrom(server._handle);
  if (server._unref) server.unref();
}

function bindAndListen(server, wanted, port, wantedType, backlog, fd, flags) {
  const { address, addressType, handle } = bind(wanted, port, wantedType, fd, flags);
  if (typeof handle === 'number') {
    fail(server, handle, address, port);
    return;
  }
  server._handle = handle;
  setOwner(handle, server);
  const listener = new NativeListener(server);
  const error = listener.listen(server._handle, backlog);
  if (error) {
    server._handle.close();
    server._handle = null;
    fail(server, error, address, port);
    return;
  }
  server[kListener] = listener;
  if (listenEnd.hasSubscribers) listenEnd.publish({ server });
  server._connectionKey = `${addressType}:${address}:${port}`;
  if (server._unref) server.unref();
  process.nextTick(emitListening, server);
}

function fail(server, errno, address, port) {
  const error = addressException(errno, 'listen', address, port);
  if (listenError.hasSubscribers) listenError.publish({ server, error });
  process.nextTick(() => {
    server.emit('error', error);
  });
}

function emitListening(server) {
  if (server._handle) server.emit('listening');
}

module.exports = { listen };
