'use strict';
// Methods of net.Socket that those of native sockets stand in for: a program may replace them at any time.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../..');
const { areMethodsOriginal } = require('../../lib/socket/taken-methods');
const { contentOf } = require('../support/events');
const { listen } = require('../support/listening');

/** The methods that stand before those of net.Socket. */
function standInsOf(socket) {
  const names = [];
  let proto = Object.getPrototypeOf(socket);
  for (; proto !== net.Socket.prototype; proto = Object.getPrototypeOf(proto))
    names.push(...Object.keys(proto));
  return names.filter((name) => typeof net.Socket.prototype[name] === 'function');
}

/** Whether it is noticed that `name` was replaced. */
function isNoticed(name) {
  const { prototype } = net.Socket;
  const own = Object.getOwnPropertyDescriptor(prototype, name);
  const value = () => {};
  Object.defineProperty(prototype, name, { configurable: true, value });
  try {
    return !areMethodsOriginal();
  } finally {
    if (own === undefined) delete prototype[name];
    else Object.defineProperty(prototype, name, own);
  }
}

test('each of them is looked at before a connection is made native', async (t) => {
  const server = await listen(t, (req, res) => res.end(standInsOf(req.socket).join()));
  const req = http.get({ host: '127.0.0.1', port: server.address().port });
  const [res] = await once(req, 'response');
  const ofClients = standInsOf(res.socket);
  const ofServers = String(await contentOf(res)).split(',');
  assert.ok(ofClients.includes('write') && ofServers.includes('setTimeout'));
  for (const name of new Set([...ofClients, ...ofServers])) assert.ok(isNoticed(name), name);
  assert.ok(areMethodsOriginal());
});
