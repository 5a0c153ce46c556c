'use strict';
// Ways in which a socket of http gets another owner in its own process.
const { once } = require('node:events');
const http2 = require('node:http2');
const net = require('node:net');
const tls = require('node:tls');
const { Worker } = require('node:worker_threads');
const identity = require('../../agent/tls-fixture');
const { CONNECT, GET, UPGRADE, dial, ended, http, serve } = require('./sending-world');

const caught = (act) => {
  try {
    act();
    return 'nothing was thrown';
  } catch (error) {
    return [error.constructor.name, error.name, error.code];
  }
};

/** To a thread: nothing can be sent there, and the request is answered all the same. */
function toThread(send) {
  return async () => {
    const worker = new Worker('require("worker_threads").parentPort.on("message", () => {})', {
      eval: true,
    });
    let thrown;
    const server = await serve({
      request(req, res) {
        thrown = caught(() => send(worker, req.socket));
        res.setHeader('Connection', 'close');
        res.end('still here');
      },
    });
    const outcome = await ended(await dial(server, GET), {});
    return { ...outcome, thrown };
  };
}

/** A client that speaks TLS on its connection once the server has said `go`. */
async function secured(server, text) {
  const client = await dial(server, text);
  await client.until('go');
  client.socket.removeAllListeners('data');
  const { cert } = identity;
  const secure = tls.connect({ socket: client.socket, ca: cert, servername: 'localhost' });
  let said = '';
  secure.setEncoding('latin1').on('data', (piece) => {
    said += piece;
  });
  await once(secure, 'secureConnect');
  secure.write('hello');
  await once(secure, 'close');
  return { text: said };
}

const greet = (socket) => {
  socket.on('error', () => {});
  socket.once('data', (data) => socket.end(`secret ${data}`));
};

const takers = {
  TLSSocket(socket) {
    const secureContext = tls.createSecureContext(identity);
    greet(new tls.TLSSocket(socket, { isServer: true, secureContext }));
  },
  'tls server': (socket) => tls.createServer(identity, greet).emit('connection', socket),
};

/** Says `go` in plain text, and takes what comes as TLS. */
function starttls(event, text, take) {
  return async () => {
    const server = await serve({
      [event]: ({ socket }) => socket.write('go', () => take(socket)),
    });
    return await secured(server, text);
  };
}

/** Another socket on the same handle. */
async function byHandle() {
  const server = await serve({
    request(req) {
      const other = new net.Socket({ handle: req.socket._handle });
      other.end('by the handle');
    },
  });
  return await ended(await dial(server, GET));
}

/** What programs ask a handle. */
async function asksHandle() {
  let asked;
  const server = await serve({
    request(req, res) {
      const { _handle } = req.socket;
      const [peer, own] = [{}, {}];
      const codes = [_handle.getpeername(peer), _handle.getsockname(own)];
      const ends = [peer.address, peer.family, own.address, own.port === server.address().port];
      const { fd } = _handle;
      asked = { codes, ends, isOpen: fd > 0, type: typeof fd };
      asked.methods = [
        'ref',
        'unref',
        'hasRef',
        'setNoDelay',
        'readStart',
        'readStop',
        'close',
      ].filter((name) => typeof _handle[name] !== 'function');
      res.setHeader('Connection', 'close');
      res.end();
    },
  });
  const outcome = await ended(await dial(server, GET));
  return { ...outcome, asked };
}

/** HTTP/2 on a connection that came to a server of http. */
function http2On(event, text) {
  return async () => {
    const h2 = http2.createServer((req, res) => res.end(`h2 ${req.url}`));
    const server = await serve({ [event]: ({ socket }) => h2.emit('connection', socket) });
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.write(text);
    await once(server, event);
    return await askHttp2(socket);
  };
}

async function askHttp2(socket) {
  const session = http2.connect('http://a', { createConnection: () => socket });
  const req = session.request({ ':path': '/two' });
  let text = '';
  req.setEncoding('latin1').on('data', (piece) => {
    text += piece;
  });
  await once(req, 'end');
  session.destroy();
  return { text };
}

/** One port for two protocols: the first byte says which server gets the connection. */
async function divided() {
  const plain = http.createServer((req, res) => {
    res.setHeader('Connection', 'close');
    res.end(`plain ${req.url}`);
  });
  const secure = tls.createServer(identity, greet);
  const server = net.createServer((socket) => {
    socket.once('data', (chunk) => {
      socket.pause();
      socket.unshift(chunk);
      (chunk[0] === 22 ? secure : plain).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const outcome = await ended(await dial(server, GET));
  const { port } = server.address();
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    ca: identity.cert,
    servername: 'localhost',
  });
  socket.write('hello');
  const [data] = await once(socket, 'data');
  return { ...outcome, secret: data.toString() };
}

module.exports = {
  'to a thread': toThread((worker, socket) => worker.postMessage(socket)),
  'to a thread, in an object': toThread((worker, socket) => worker.postMessage({ socket })),
  'to a thread, transferred': toThread((worker, socket) => worker.postMessage(socket, [socket])),
  'to a thread, its handle': toThread((worker, socket) => worker.postMessage(socket._handle)),
  'to structuredClone': toThread((_worker, socket) => structuredClone(socket)),
  'upgrade, to a TLSSocket': starttls('upgrade', UPGRADE, takers.TLSSocket),
  'CONNECT, to a TLSSocket': starttls('connect', CONNECT, takers.TLSSocket),
  'request, to a TLSSocket': starttls('request', GET, takers.TLSSocket),
  'upgrade, to a tls server': starttls('upgrade', UPGRADE, takers['tls server']),
  'request, to a tls server': starttls('request', GET, takers['tls server']),
  'request, to a socket on its handle': byHandle,
  'request, whose handle is asked': asksHandle,
  'upgrade, to HTTP/2': http2On('upgrade', UPGRADE),
  'request, to HTTP/2': http2On('request', GET),
  'one port for TLS and http': divided,
};
