'use strict';
// What the transports of native TLS have in common, of servers and of clients.
const { BufferPrototypeLatin1Slice } = require('../base/primordials');
const { errnoException } = require('../base/errors');
const { NativeTransport } = require('../transport/native');
const { Life } = require('../transport/states');
const native = require('../wire/loop');
const { tlsError } = require('./tls-errors');

class TlsTransport extends NativeTransport {
  constructor(id, socket, isClient) {
    super(id, socket, isClient);
    this.isSecured = false;
    this.agreed = null;
  }

  /** What was agreed upon in the handshake; null before that, and where the connection was closed unasked. */
  agreement() {
    if (this.agreed !== null || !this.isSecured || this.isClosed) return this.agreed;
    const agreed = native.io.agreement(this.id);
    if (agreed === null) return null;
    const { alpnProtocol: protocol, servername = false } = agreed;
    const alpnProtocol = protocol ? BufferPrototypeLatin1Slice(protocol) : false;
    return (this.agreed = { ...agreed, alpnProtocol, servername });
  }

  /** TLS has failed; `text`: see the record. */
  onFailed(text) {
    if (this.life !== Life.OPEN) return;
    const error = tlsError(text);
    if (this.isSecured) this.inContext(this.failSecured, error);
    else this.failHandshake(error);
  }

  /**
   * TLS has failed behind the handshake. Node only emits such an error: HTTP closes the connection, and tells no
   * error by 'close' unless it was destroyed with one.
   */
  failSecured(error) {
    const { role, socket } = this;
    if (role === null || socket.isLazy) socket.fail(error);
    else socket.emit('error', error);
  }

  /** There is no handle that could be given away. */
  becomeStream() {}
}

/** The error of a connection that ended so, or null: see `readClose`. */
function errorOfClose({ errno, isWrite }) {
  return errno === 0 ? null : errnoException(-errno, isWrite ? 'write' : 'read');
}

module.exports = { TlsTransport, errorOfClose };
