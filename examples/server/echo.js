/**
 * A small WebSocket echo on the 'upgrade' event, to show that the socket behind it is a real one.
 * An application would take the `ws` package; this knows whole messages, ping, pong and close.
 */
'use strict';

const { createHash } = require('node:crypto');
const { FrameReader, frame, opcode } = require('./frames');

const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const pingEvery = 15_000;

exports.createEcho = function createEcho() {
  const open = new Set();

  function accept(req, socket, head) {
    const key = req.headers['sec-websocket-key'];
    if (req.headers.upgrade?.toLowerCase() !== 'websocket' || !isKey(key)) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const answer = createHash('sha1')
      .update(key + handshakeGuid)
      .digest('base64');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${answer}\r\n\r\n`,
    );
    converse(socket, head);
  }

  function converse(socket, head) {
    const reader = new FrameReader();
    let alive = true;
    const heart = setInterval(() => {
      if (!alive) return socket.destroy();
      alive = false;
      socket.write(frame(opcode.ping));
    }, pingEvery);
    const peer = { goAway: () => hangUp(socket, 1001) };
    open.add(peer);

    const onBytes = (bytes) => {
      alive = true;
      for (const message of reader.push(bytes)) {
        if (!answerTo(message, socket)) return socket.off('data', onBytes).resume();
      }
    };
    socket.on('data', onBytes);
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearInterval(heart);
      open.delete(peer);
    });
    if (head.length > 0) onBytes(head);
  }

  function close() {
    for (const peer of open) peer.goAway();
  }

  return { accept, close };
};

/** Returns whether the conversation goes on. */
function answerTo(message, socket) {
  switch (message.kind) {
    case opcode.text:
    case opcode.binary:
      socket.write(frame(message.kind, message.payload));
      return true;
    case opcode.ping:
      socket.write(frame(opcode.pong, message.payload));
      return true;
    case opcode.pong:
      return true;
    case opcode.close:
      socket.end(frame(opcode.close, message.payload.subarray(0, 2)));
      return false;
    default:
      hangUp(socket, message.code);
      return false;
  }
}

function hangUp(socket, code) {
  const reason = Buffer.alloc(2);
  reason.writeUInt16BE(code);
  socket.end(frame(opcode.close, reason));
  // A peer that never closes its side must not hold the server.
  setTimeout(() => socket.destroy(), 1000).unref();
}

function isKey(key) {
  return typeof key === 'string' && /^[A-Za-z0-9+/]{22}==$/.test(key);
}
