/**
 * A room in which everybody hears everybody, with the package `ws` (npm install ws). Peers that do
 * not answer a ping are let go, and a stop says goodbye. `npx wscat -c ws://localhost:8080/room`
 */
'use strict';

const http = require('rust-http');
const { WebSocketServer } = require('ws');

const pingInterval = Number(process.env.PING_MS ?? 30_000);

const server = http.createServer((_req, res) => {
  res.writeHead(426, { Connection: 'Upgrade', Upgrade: 'websocket' });
  res.end('Speak WebSocket, at /room\n');
});
const room = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });

server.on('upgrade', (req, socket, head) => {
  if (req.url !== '/room') {
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  room.handleUpgrade(req, socket, head, (peer) => room.emit('connection', peer, req));
});

let joined = 0;
const answering = new WeakSet();

room.on('connection', (peer) => {
  const name = `guest ${++joined}`;
  answering.add(peer);
  say(`${name} joined`);
  peer.on('pong', () => answering.add(peer));
  peer.on('message', (data) => say(`${name}: ${data}`));
  peer.on('close', () => say(`${name} left`));
  // 'close' follows; without a listener the process would end.
  peer.on('error', () => {});
});

function say(text) {
  for (const peer of room.clients) if (peer.readyState === peer.OPEN) peer.send(text);
}

const pings = setInterval(() => {
  for (const peer of room.clients) {
    if (!answering.delete(peer)) peer.terminate();
    else peer.ping();
  }
}, pingInterval);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    clearInterval(pings);
    server.close();
    server.closeIdleConnections();
    for (const peer of room.clients) peer.close(1001, 'the server stops');
  });
}

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`a room behind http://localhost:${server.address().port}/`);
});
