'use strict';
// Both ends of an exchange, for tests that look at the one in the middle.
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { RawClient } = require('../support/raw-client');

/** Makes a server listen until the test ends; resolves to its port. */
async function listen(t, server) {
  t.after(() => {
    server.close();
    server.closeAllConnections?.();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/** A raw connection to `port`. */
async function dial(t, port) {
  const socket = net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return new RawClient(socket);
}

/** A server of `http` and a raw connection to it. */
async function serve(t, http, ...args) {
  const server = http.createServer(...args);
  const port = await listen(t, server);
  return { server, port, client: await dial(t, port) };
}

/** A server of Node's own for clients; resolves to options for a request to it. */
async function origin(t, handler) {
  const server = nodeHttp.createServer(handler);
  return { server, port: await listen(t, server), host: '127.0.0.1' };
}

/** A server that answers any connection with these bytes, once its first ones have come. */
async function answering(t, bytes) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  });
  return { port: await listen(t, server), host: '127.0.0.1' };
}

/** A destroyed agent leaves no idle connection behind the test. */
function closing(t, agent) {
  t.after(() => agent.destroy());
  return agent;
}

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

module.exports = { answering, closing, dial, get, listen, origin, serve };
