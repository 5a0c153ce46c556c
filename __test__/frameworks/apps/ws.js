/** A ws server beside ordinary routes, in both of its documented forms. */
'use strict';

const { WebSocketServer } = require('ws');

module.exports = (http) => {
  const server = http.createServer((_req, res) => res.end('not a socket'));
  const plain = new WebSocketServer({ noServer: true });
  const deflated = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 } });
  for (const sockets of [plain, deflated]) {
    sockets.on('connection', (socket, req) => {
      socket.send(`hello ${req.url}`);
      socket.on('error', () => {});
      socket.on('message', (data, isBinary) => {
        if (String(data) === 'close me') socket.close(4001, 'as asked');
        else if (String(data).startsWith('broadcast '))
          for (const client of sockets.clients) client.send(String(data));
        else socket.send(data, { binary: isBinary });
      });
    });
  }
  server.on('upgrade', (req, socket, head) => {
    const sockets = { '/plain': plain, '/deflated': deflated }[req.url];
    if (!sockets) return socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    sockets.handleUpgrade(req, socket, head, (peer) => sockets.emit('connection', peer, req));
  });
  return server;
};
