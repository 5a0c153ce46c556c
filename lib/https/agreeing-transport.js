'use strict';
// What the transports of a server's and of a client's native TLS have in common: what the handshake led to.
const { NativeTransport } = require('../transport/native');
const native = require('../wire/loop');

class AgreeingTransport extends NativeTransport {
  constructor(id, socket, isClient) {
    super(id, socket, 0, isClient);
    this.isSecured = false;
    this.agreed = null;
  }

  /** What was agreed upon in the handshake; null if there is nothing (any more). */
  agreement() {
    if (this.agreed === null && this.isSecured && !this.isClosed)
      this.agreed = native.io.agreement(this.id);
    return this.agreed;
  }
}

module.exports = { AgreeingTransport };
