'use strict';
// A server of the module under test, and requests to it by its client.
const { once } = require('node:events');
const tls = require('node:tls');
const { cert, key } = require('../agent/tls-fixture');
const { contentOf } = require('../support/events');
const nodeHttps = require('node:https');
const https = require('../support/secure-subject');

const isNode = https === nodeHttps;
/** Whether the TLS of the module's connections may be native. */
const mayBeNative = !isNode && process.platform !== 'win32' && process.env.RUST_HTTP_TLS !== 'node';

/** Closes `server` and its connections when the test is over; those amid their handshake end with it. */
function closing(t, server) {
  const sockets = new Set();
  server.on('secureConnection', (socket) => sockets.add(socket));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return server;
}

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/** A server with the tests' certificate that listens: `{ port, server }`. */
async function serving(t, ...args) {
  const handler = args.pop();
  const server = closing(t, https.createServer({ cert, key, ...args[0] }, handler));
  return { port: await listen(server), server };
}

/** An agent that trusts the tests' certificate. */
function agentOf(t, options) {
  const agent = new https.Agent({ ca: cert, ...options });
  t.after(() => agent.destroy());
  return agent;
}

/** A request without content to 127.0.0.1, read to its end: `{ req, res, text }`. */
async function ask(options, content) {
  const req = https.request({ host: '127.0.0.1', ca: cert, ...options });
  const closed = once(req, 'close');
  req.end(content);
  const [res] = await once(req, 'response');
  const text = String(await contentOf(res));
  await closed;
  return { req, res, text };
}

/** A TLS connection to write HTTP on by hand; `until(pattern)` reads. */
async function connectRaw(t, port, options) {
  const socket = tls.connect({ port, host: '127.0.0.1', ca: cert, ...options });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    text += chunk;
    socket.emit('more');
  });
  socket.on('close', () => socket.emit('more'));
  const until = async (pattern) => {
    while (!pattern.test(text)) {
      if (socket.destroyed) throw new Error(`closed after ${JSON.stringify(text)}`);
      await once(socket, 'more');
    }
    return text;
  };
  return { socket, until };
}

module.exports = {
  agentOf,
  ask,
  cert,
  closing,
  connectRaw,
  https,
  isNode,
  key,
  listen,
  mayBeNative,
  serving,
};
