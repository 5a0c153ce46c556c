'use strict';
// Messages, sockets and handles stay fast objects: V8 does not make dictionaries of them, and those of two connections
// have one hidden class, however they came about. Code that uses them is much slower else.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const tls = require('node:tls');
const v8 = require('node:v8');
const http = require('../..');
const https = require('../../https');
const { cert, key } = require('../agent/tls-fixture');
const { hostHas } = require('../support/mode');

v8.setFlagsFromString('--allow-natives-syntax');
const isFast = new Function('object', 'return %HasFastProperties(object)');
const haveOneClass = new Function('a', 'b', 'return %HaveSameMap(a, b)');

const HEAD = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
/** As many connections as V8 looks at before it takes back room that objects have not used, and some more. */
const MANY = 12;
const SNICallback = (_name, callback) => callback(null, tls.createSecureContext({ cert, key }));
const skip =
  !hostHas(24) && 'before 13 V8 makes a new class of each object whose prototype is exchanged';

function assertFast(objects) {
  for (const [name, all] of Object.entries(objects)) {
    const [last, other] = [...new Set(all)].reverse();
    assert.ok(isFast(last), `${name} is a dictionary`);
    assert.ok(haveOneClass(last, other), `${name}: there is a hidden class for each`);
  }
}

/** Lets `server` listen, and gives what `ask`, which is called as often as it takes, has noted. */
async function seen(t, server, ask) {
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const objects = {};
  const note = (what, object) => {
    objects[what] ??= [];
    objects[what].push(object);
  };
  for (let i = 0; i < MANY; i++)
    await ask(note, { host: '127.0.0.1', port: server.address().port });
  return objects;
}

for (const [name, module, options, clientOptions] of [
  ['http', http, {}, {}],
  ['https', https, { cert, key }, { ca: cert }],
  ["https with Node's TLS", https, { SNICallback, cert, key }, { ca: cert, cert, key }],
]) {
  test(`${name}: exchanges whose sockets are looked at`, { skip }, async (t) => {
    const server = module.createServer(options);
    const objects = await seen(t, server, async (note, target) => {
      server.removeAllListeners('request').on('request', (req, res) => {
        req.socket.unknown; // completes it
        note('a request', req);
        note('a response', res);
        note("a server's socket", req.socket);
        res.end('hi');
      });
      // The second has the first one's connection.
      const agent = new module.Agent({ keepAlive: true, ...clientOptions });
      for (const order of ['first', 'second']) {
        const req = module.get({ ...target, agent });
        const [res] = await once(req, 'response');
        note(`a client's ${order} request`, req);
        note(`a client's ${order} response`, res);
        note("a client's socket", req.socket);
        await once(res.resume(), 'close');
      }
      t.after(() => agent.destroy());
    });
    assertFast(objects);
  });

  test(`${name}: sockets behind an upgrade`, { skip }, async (t) => {
    const server = module.createServer(options);
    const objects = await seen(t, server, async (note, target) => {
      const noteSocket = (what, socket) => {
        note(what, socket);
        if (socket._handle) note(`the handle of ${what}`, socket._handle);
      };
      server.removeAllListeners('upgrade').on('upgrade', (_req, socket) => {
        noteSocket("a server's socket", socket);
        t.after(() => socket.destroy());
        socket.write(HEAD);
      });
      const headers = { connection: 'upgrade', upgrade: 'x' };
      const req = module.request({ ...target, ...clientOptions, headers }).end();
      const [, socket] = await once(req, 'upgrade');
      noteSocket("a client's socket", socket);
      t.after(() => socket.destroy());
    });
    assertFast(objects);
  });
}
