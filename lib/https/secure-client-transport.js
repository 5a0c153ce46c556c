'use strict';
// The transport of a client's native connection on which TLS is spoken natively. What is sent waits here until the
// handshake is over and Node's own code has let the server pass; what the native side cannot go on with, Node
// begins anew, on a connection of its own (`node-handshake`).
const {
  ArrayPrototypeMap,
  ArrayPrototypeSplice,
  BufferByteLength,
  ObjectAssign,
} = require('../base/primordials');
const { X509Certificate } = require('node:crypto');
const tls = require('node:tls');
const { connectionReset } = require('../base/errors');
const { setImmediate } = require('../node/timers');
const { Life } = require('../transport/states');
const { WRITE_MORE } = require('../wire/layout');
const native = require('../wire/loop');
const { TlsTransport, errorOfClose } = require('./tls-transport');
const { NodeHandshake } = require('./node-handshake');
const { verdictOn } = require('./verdict');

const NEVER_SECURED =
  'Client network socket disconnected before secure TLS connection was established';

const UNREADABLE = 'a certificate cannot be read';

class SecureClientTransport extends TlsTransport {
  /** `dial`: see `client-tls`. */
  constructor(id, socket, dial) {
    super(id, socket, true);
    this.dial = dial;
    /** The server is trusted, or need not be (`rejectUnauthorized: false`): what waits may be sent. */
    this.isReleased = false;
    /** The application has paused the stream; the handshake goes on all the same. */
    this.standsBehind = false;
    /** The server's certificates, its own first. */
    this.certificates = [];
    /** What waits to be sent: pieces, their encodings, and the flags of the last one. */
    this.held = { chunks: [], encodings: [], flags: 0 };
    /** The callback of the end of the output that is to follow that, or null. */
    this.ending = null;
    /** In the place of a handle, while Node's code asks it. */
    this.answers = null;
    /** Node's handshake, where this side could not go on. */
    this.second = null;
  }

  // ---- the handshake ----

  /** It is over. Nothing is parsed, and nothing sent, before `release`. */
  onSecured() {
    if (this.life === Life.OPEN) this.inContext(this.secured);
  }

  secured() {
    const peer = native.io.peer(this.id);
    if (peer === null) return; // its end is on the way
    this.isSecured = true;
    const agreed = this.agreement();
    if (agreed === null) return;
    const error = this.judge(peer, agreed.isResumed);
    if (error === undefined) this.tryNode(peer.complaint ?? UNREADABLE, null);
    else this.pass(agreed, error);
  }

  /** Why the server is not to be trusted, or null; undefined if that is for Node to say. */
  judge({ chain, complaint }, isResumed) {
    try {
      this.certificates = ArrayPrototypeMap(chain, (der) => new X509Certificate(der));
      if (complaint !== undefined) {
        if (this.socket._rejectUnauthorized) return undefined;
        const code = verdictOn(this.certificates, this.dial.client.trust.objects());
        return code && ObjectAssign(new Error(code), { code });
      }
    } catch {
      return undefined; // OpenSSL cannot read one of them
    }
    // Node's code takes the name of a server for checked whose session was resumed.
    return isResumed ? this.wrongName() : null;
  }

  /** What is wrong with the name of the server; null if it is the one that was asked for. */
  wrongName() {
    const { host, servername } = this.dial.options;
    const certificate = this.certificates[0].toLegacyObject();
    try {
      return tls.checkServerIdentity(servername || host || 'localhost', certificate) ?? null;
    } catch (error) {
      return error;
    }
  }

  /** Lets Node's own code decide, which checks the name, too. `error`: why the server is not trusted, or null. */
  pass({ alpnProtocol, servername }, error) {
    const { socket } = this;
    this.answers = {
      getALPNNegotiatedProtocol: () => alpnProtocol,
      getServername: () => servername,
      verifyError: () => error,
    };
    try {
      socket._finishInit();
    } finally {
      this.answers = null;
      // Whatever has happened, a listener that has thrown included: without Node's word nothing is sent.
      if (this.life === Life.OPEN) {
        if (socket.secureConnecting === false) this.release();
        else socket.destroy();
      }
    }
  }

  /** Sends what has waited, and lets what has come be read. */
  release() {
    this.isReleased = true;
    if (this.standsBehind) this.pauseReading();
    native.io.startReading(this.id);
    const { chunks, encodings, flags } = this.held;
    this.held = null;
    this.pending = 0;
    let result = 0;
    for (let i = 0; i < chunks.length; i++)
      result = this.sendPiece(chunks[i], encodings[i], i < chunks.length - 1 ? WRITE_MORE : flags);
    if (result !== 0) this.onPending(result, null);
    else this.onDrained();
    this.count();
    if (this.ending !== null) super.shutdown(this.ending);
  }

  /** The handshake has come to nothing here, for this reason: Node tries. `error`: what is told if it cannot. */
  tryNode(reason, error) {
    if (this.second !== null || this.life !== Life.OPEN) return;
    this.saveAddresses();
    this.second = new NodeHandshake(this, reason, error ?? this.neverSecured());
    native.io.destroy(this.id, false);
    this.inContext(this.second.begin.bind(this.second));
  }

  /** The error that Node has for a peer that goes away amid the handshake. */
  neverSecured() {
    const { host, localAddress, path, port } = this.dial.options;
    const error = connectionReset(NEVER_SECURED);
    return ObjectAssign(error, { path: path ?? undefined, host, port, localAddress });
  }

  failHandshake(error) {
    this.tryNode(error.reason, error);
  }

  /** Node goes on with the socket, over `handle`; returns what it has to send, and what is to follow. */
  giveUp() {
    const { ending, held, waiting } = this;
    this.leaveOpen(Life.HANDED_OVER);
    return { ending, held, waiting: ArrayPrototypeSplice(waiting, 0) };
  }

  // ---- what is asked for meanwhile ----

  pauseReading() {
    if (this.isReleased) super.pauseReading();
    else this.standsBehind = true;
  }

  resumeReading() {
    this.standsBehind = false;
    super.resumeReading();
  }

  sendAll(chunks, encodings, flags, callback) {
    if (this.isReleased) return super.sendAll(chunks, encodings, flags, callback);
    this.held.chunks.push(...chunks);
    this.held.encodings.push(...encodings);
    this.held.flags = flags;
    for (let i = 0; i < chunks.length; i++)
      this.pending += BufferByteLength(chunks[i], encodings[i] || 'utf8');
    if (callback) this.waiting.push(callback);
    return false;
  }

  /** Of what TLS has to say by itself. */
  onDrained() {
    if (this.isReleased) super.onDrained();
  }

  send(chunk, encoding, flags, callback) {
    if (this.isReleased) return super.send(chunk, encoding, flags, callback);
    return this.sendAll([chunk], [encoding], flags, callback);
  }

  shutdown(callback) {
    if (this.isReleased) super.shutdown(callback);
    else this.ending ??= callback;
  }

  setTimeout(timeout) {
    if (this.second === null) super.setTimeout(timeout);
    else this.second.setTimeout((this.timeout = timeout));
  }

  setRef(referenced) {
    this.second?.setRef(referenced);
    super.setRef(referenced);
  }

  close(reset) {
    const wasOpen = this.life === Life.OPEN;
    if (this.second === null || !wasOpen) {
      super.close(reset);
      return;
    }
    this.leaveOpen(Life.CLOSING);
    this.second.end();
    // Behind the error, as what the closing of a handle brings.
    setImmediate(() => this.onClose({ bytesRead: 0, bytesWritten: 0, errno: 0 }));
  }

  onClose(end) {
    // Of the connection that was given up for Node's.
    if (this.second !== null && this.life !== Life.CLOSING) return;
    super.onClose(end);
  }

  afterClose(end) {
    if (this.isReleased || this.life !== Life.OPEN) {
      super.afterClose(end);
      return;
    }
    this.tryNode('the server has ended the handshake', errorOfClose(end));
  }
}

module.exports = { SecureClientTransport };
