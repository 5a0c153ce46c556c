/** What the server of socket.io answers by itself: its script, bad handshakes, an upgrade of nobody. */
'use strict';

const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');
const { Server } = require('socket.io');

module.exports = async function run({ listen, send }) {
  const server = http.createServer((_req, res) => res.writeHead(404).end('mine'));
  const sockets = new Server(server, {
    cors: { origin: 'http://page.test' },
    destroyUpgradeTimeout: 50,
  });
  const base = await listen(server);
  const script = await send(`${base}/socket.io/socket.io.js`);
  const origin = { Origin: 'http://page.test' };
  const seen = {
    script: [script.status, script.headers['content-type'], script.text.length],
    transport: await send(`${base}/socket.io/?EIO=4&transport=carrier-pigeon`),
    session: await send(`${base}/socket.io/?EIO=4&transport=polling&sid=none`, { headers: origin }),
    method: await send(`${base}/socket.io/?EIO=4&transport=polling`, { method: 'DELETE' }),
    other: await send(`${base}/other`),
  };
  // An upgrade that is nobody's is ended after a while.
  const { port } = server.address();
  const socket = net.connect(port, '127.0.0.1');
  socket.write(
    'GET /other HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  await once(socket.resume(), 'close');
  seen.ended = true;
  await new Promise((resolve) => sockets.close(resolve));
  return seen;
};
