'use strict';
// A server, a client that knows no HTTP, and a process that is sent sockets.
const { fork } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const http = require('../../support/subject');

const GET = 'GET /first HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
const CONNECT = 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n';

/** A server with these listeners. */
async function serve(listeners, ...where) {
  const server = http.createServer();
  for (const [name, listener] of Object.entries(listeners)) server.on(name, listener);
  server.listen(...(where.length > 0 ? where : [0, '127.0.0.1']));
  await once(server, 'listening');
  return server;
}

/** A client that has sent `text`; what it got is in `text`. */
async function dial(server, text) {
  const address = server.address();
  const socket = net.connect(typeof address === 'string' ? { path: address } : address.port);
  const client = { socket, text: '', closed: once(socket, 'close') };
  socket.setEncoding('latin1').on('data', (piece) => {
    client.text += piece;
    socket.emit('more');
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  client.until = async (wanted) => {
    while (!client.text.includes(wanted))
      await Promise.race([once(socket, 'more'), failed(client)]);
  };
  return client;
}

async function failed({ closed }) {
  await closed;
  throw new Error('the connection was closed before');
}

/** What came, without the date, and that the connection was closed behind it. */
async function ended(client, more = {}) {
  await client.closed;
  return { text: client.text.replace(/Date: [^\r]*/g, 'Date: then'), ...more };
}

/** A process that is sent sockets, and what it has told. */
function receiver() {
  const child = fork(path.join(__dirname, 'receiver.js'));
  const told = [];
  child.on('message', (message) => told.push(message));
  return { child, told };
}

/** A server that knows no HTTP: it sends `answer`, and collects what comes behind the head. */
async function origin(answer) {
  const server = net.createServer((socket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (piece) => {
      const isFirst = text === '';
      text += piece;
      if (isFirst) socket.write(answer);
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => server.emit('text', text.slice(text.indexOf('\r\n\r\n') + 4)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A path for a Unix socket. */
const unixPath = () => path.join(os.tmpdir(), `rust-http-${process.pid}-${Date.now()}`);

module.exports = {
  CONNECT,
  GET,
  POST,
  UPGRADE,
  dial,
  ended,
  http,
  origin,
  receiver,
  serve,
  unixPath,
};
