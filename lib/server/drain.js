'use strict';
// A server that drains: it takes no more connections and requests, answers what is under way, and is done
// when all its connections are closed.
const { MathMax, MathMin, ReflectApply } = require('../base/primordials');
const { kConnections, kDrain, kIsClosing, kTotals } = require('../base/symbols');
const { MAX_TIMER, validateNumber, validateObject } = require('../base/validate');
const { net } = require('../node/builtins');
const { afterTimers, clearTimeout, setTimeout } = require('../node/timers');
const { connectionsOf, unservedOf, handshakesOf } = require('./open-connections');
const { lastDue } = require('./responses');
const { unwatchStreams } = require('./stream-connections');

const answeredBy = (server) => server[kTotals]?.answered ?? 0;

class Drain {
  constructor(server) {
    this.server = server;
    this.answeredBefore = answeredBy(server);
    this.cut = 0;
    this.cutUpgraded = 0;
    this.timers = [];
    /** The server's own 'close' has come, or there will be none. */
    this.isClosed = !server.listening;
    this.onClose = () => {
      this.isClosed = true;
      this.look();
    };
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  begin() {
    const { server } = this;
    server[kDrain] = this;
    server[kIsClosing] = true;
    server.on('close', this.onClose);
    for (const connection of connectionsOf(server)) connection.announceClose();
    // What the system has accepted by now is taken first: it would be reset with the listening socket.
    afterTimers(() => {
      if (server.listening) ReflectApply(net.Server.prototype.close, server, []);
      // Only now it is known which connections are idle: all that their sockets have brought was read.
      afterTimers(() => this.endIdle());
    });
  }

  endIdle() {
    for (const connection of connectionsOf(this.server)) endBehindAnswers(connection);
    for (const socket of handshakesOf(this.server)) socket.destroy();
    this.look();
  }

  /** Destroys what is left after `timeout` milliseconds. */
  limit(timeout) {
    this.timers.push(setTimeout(() => this.cutOff(), MathMin(timeout, MAX_TIMER)));
  }

  cutOff() {
    for (const connection of connectionsOf(this.server)) {
      this.cut += MathMax(connection.incoming.length, 1);
      connection.socket.destroy();
    }
    for (const socket of unservedOf(this.server)) {
      this.cutUpgraded++;
      socket.destroy();
    }
  }

  /** Something was closed: perhaps it was the last. */
  look() {
    const { answeredBefore, cut, cutUpgraded, server } = this;
    if (server[kDrain] !== this || !this.isClosed) return;
    if (server._connections > 0 || server[kConnections]?.size > 0) return;
    server[kDrain] = null;
    server.removeListener('close', this.onClose);
    unwatchStreams(server);
    for (const timer of this.timers) clearTimeout(timer);
    this.resolve({ answered: answeredBy(server) - answeredBefore, cut, cutUpgraded });
  }
}

/** The connection ends behind the answers that are due, or now if there are none. */
function endBehindAnswers(connection) {
  const { current, socket, transport } = connection;
  const last = lastDue(connection);
  if (last) {
    // One without a head says itself that its connection ends.
    if (last._header) last._last = true;
  } else if (current !== null || transport.isQuiet()) {
    if (typeof socket.destroySoon === 'function') socket.destroySoon();
    else socket.destroy();
  }
}

/** `server.drain(options)`. A second call is for the same end; the first limit that passes counts. */
async function drain(server, options = {}) {
  validateObject(options, 'options');
  const { timeout = Number.POSITIVE_INFINITY } = options;
  validateNumber(timeout, 'options.timeout', 0);
  if (!server[kDrain]) new Drain(server).begin();
  const draining = server[kDrain];
  if (timeout !== Number.POSITIVE_INFINITY) draining.limit(timeout);
  return draining.promise;
}

module.exports = { drain };
