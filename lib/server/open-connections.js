'use strict';
// The connections of a server: those that speak HTTP, and those that were handed over to other code.
const { SafeSet, WeakRefPrototypeDeref } = require('../base/primordials');
const { kConnections, kUnserved, kServerTls } = require('../base/symbols');
const { Weak } = require('../node/builtins');

/** On servers: the sockets below TLS, those whose handshake is under way among them. */
const kBelowTls = Symbol('rust-http.belowTls');

/** The connections of a server, as they are now, without those that were sent to other processes. */
function connectionsOf(server) {
  const connections = [];
  for (const connection of server[kConnections] ?? [])
    if (!connection.transport.isSentAway()) connections.push(connection);
  return connections;
}

/** Sockets of a server that speak no HTTP. It does not keep them; closed ones are forgotten now and then. */
class Sockets {
  constructor() {
    this.references = new SafeSet();
    this.limit = 64;
  }

  add(socket) {
    this.references.add(new Weak(socket));
    if (this.references.size > this.limit) this.limit = 2 * this.open().length + 64;
  }

  open() {
    const open = [];
    for (const reference of this.references) {
      const socket = WeakRefPrototypeDeref(reference);
      if (socket === undefined || socket.destroyed) this.references.delete(reference);
      else open.push(socket);
    }
    return open;
  }
}

/** After an upgrade, or because no listener for 'connection' made it HTTP, `socket` is not served. */
function addUnserved(server, socket) {
  (server[kUnserved] ??= new Sockets()).add(socket);
}

/** TLS begins on `socket`. */
function addBelowTls(server, socket) {
  (server[kBelowTls] ??= new Sockets()).add(socket);
}

/** The sockets of `server` that are open and not served. */
function unservedOf(server) {
  return server[kUnserved]?.open() ?? [];
}

/** The sockets of `server` on which a handshake is under way. */
function handshakesOf(server) {
  const below = new SafeSet();
  for (const socket of unservedOf(server)) below.add(socket._parent);
  for (const { socket } of connectionsOf(server)) below.add(socket._parent);
  const sockets = [];
  for (const socket of server[kBelowTls]?.open() ?? [])
    if (!below.has(socket)) sockets.push(socket);
  return [...sockets, ...(server[kServerTls]?.handshakes() ?? [])];
}

module.exports = { addUnserved, addBelowTls, connectionsOf, unservedOf, handshakesOf };
