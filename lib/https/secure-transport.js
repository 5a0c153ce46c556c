'use strict';
// The transport of a native connection on which TLS is spoken natively.
const { process } = require('../wire/realm');
const { ERR_TLS_HANDSHAKE_TIMEOUT, connectionReset } = require('../base/errors');
const { tellReaders } = require('../transport/mirror');
const { Life } = require('../transport/states');
const native = require('../wire/loop');
const { ServerConnection } = require('../server/connection');
const { _connectionListener } = require('../server/server');
const { TlsTransport, errorOfClose } = require('./tls-transport');

class SecureTransport extends TlsTransport {
  constructor(id, socket, serverTls) {
    super(id, socket, false);
    this.serverTls = serverTls;
    /** A client that failed was told of. */
    this.hasFailed = false;
  }

  /** The certificate that the client was shown, in DER; null where there is no agreement (any more). */
  certificate() {
    return this.isSecured && !this.isClosed ? native.io.certificate(this.id) : null;
  }

  /** The handshake is over. `isHeld`: nothing is parsed before a listener of the application has seen the socket. */
  onSecured(isHeld) {
    if (this.life !== Life.OPEN) return;
    this.isSecured = true;
    this.agreement(); // it may be asked for when the connection is gone
    this.serverTls.handshaking.delete(this);
    try {
      this.inOwnContext(this.begin);
    } finally {
      // The connection goes on, even if a listener has thrown.
      if (isHeld && this.role !== null && !this.isClosed) native.io.startReading(this.id);
    }
  }

  begin() {
    const { socket } = this;
    this.timeout = 0; // that of the handshake was switched off
    const { server } = socket;
    if (server.timeout) this.setTimeout(server.timeout);
    if (server._events.secureConnection === _connectionListener)
      new ServerConnection(server, socket, this);
    else server.emit('secureConnection', socket);
  }

  /** A client that the native side does not understand: Node might. `bytes`: what it has sent. */
  onForeign(bytes) {
    if (this.life === Life.OPEN) this.inOwnContext(() => this.serverTls.leaveToNode(this, bytes));
  }

  /** A handshake has come to nothing. */
  failHandshake(error) {
    if (this.hasFailed) return;
    this.hasFailed = true;
    if (!this.isClosed) this.saveAddresses();
    this.close(false);
    const { socket } = this;
    this.inOwnContext(() => socket.server.emit('tlsClientError', error, socket));
  }

  tellTimeout() {
    if (this.isSecured) super.tellTimeout();
    else this.failHandshake(new ERR_TLS_HANDSHAKE_TIMEOUT());
  }

  close(reset) {
    this.serverTls.handshaking.delete(this);
    super.close(reset);
  }

  afterClose(end) {
    this.serverTls.handshaking.delete(this);
    const isBrokenOff = !this.isSecured && this.life === Life.OPEN;
    super.afterClose(end);
    if (!isBrokenOff) return;
    const error = errorOfClose(end) ?? connectionReset('socket hang up');
    process.nextTick(() => this.failHandshake(error));
  }

  /** Bytes that the parser has read go to the listeners of that time, not to the stream's reader. */
  onMirrored(bytes, begun) {
    if (this.role !== null || begun === undefined) super.onMirrored(bytes, begun);
    else this.inOwnContext(tellReaders, this.socket, bytes, begun.readers);
  }
}

module.exports = { SecureTransport };
