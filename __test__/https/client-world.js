'use strict';
// Servers of Node's, and requests to them by a client of either module.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttps = require('node:https');
const { contentOf } = require('../support/events');
const { cert, key } = require('../agent/tls-fixture');
const { mayBeNative } = require('./world');

/** A server of Node's on a port of its own; its connections end with the test. */
async function listening(t, server) {
  const sockets = new Set();
  const keep = (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  };
  server.on('connection', keep);
  server.on('secureConnection', keep);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return server.address().port;
}

const serving = (t, options, listener) =>
  listening(t, nodeHttps.createServer({ cert, key, ...options }, listener));

function agentOf(t, module, options) {
  const agent = new module.Agent({ ca: cert, ...options });
  t.after(() => agent.destroy());
  return agent;
}

/** Whether an agent's last connection was native; `wanted` is asserted where it may be. */
function assertSpoken(agent, wanted) {
  if (!mayBeNative || agent.constructor === nodeHttps.Agent) return;
  const { tls: who, tlsReason } = agent.stats();
  assert.strictEqual(who, wanted, tlsReason ?? '');
}

async function ask(module, options, content) {
  const req = module.request({ host: '127.0.0.1', ...options });
  const closed = new Promise((resolve) => req.once('close', resolve));
  req.end(content);
  const [res] = await once(req, 'response');
  const text = String(await contentOf(res));
  await closed;
  return { req, res, text };
}

const failureOf = ({ code, errno, host, message, port, reason, syscall }) => ({
  code,
  errno,
  host,
  message: message.replace(/\b[0-9A-F]{12,16}:/, '').replace(/:[^:]*\.c:\d+:/, '::'),
  hasPort: port !== undefined,
  reason,
  syscall,
});

/** How a request fails with a new agent. */
async function failing(t, module, options) {
  const agent = agentOf(t, module);
  const req = module.get({ host: '127.0.0.1', agent, ...options });
  const closed = new Promise((resolve) => req.once('close', resolve));
  const [error] = await once(req, 'error');
  await closed;
  return failureOf(error);
}

module.exports = { agentOf, ask, assertSpoken, failing, listening, serving };
