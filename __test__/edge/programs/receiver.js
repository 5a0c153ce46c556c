'use strict';
// A process that is sent sockets, and does with them what it is told.
const http = require('../../support/subject');

const server = http.createServer((req, res) => {
  res.setHeader('Connection', 'close');
  res.end(`${req.url} from the child`);
});
server.on('clientError', (_error, socket) => socket.destroy());

const deeds = {
  end: (socket) => socket.end('from the child'),
  write: (socket) => socket.write('from the child', () => process.send('written')),
  serve: (socket) => server.emit('connection', socket),
  listen: (given) => given.on('connection', deeds.end),
  handle: (handle) => {
    const { Socket } = require('node:net');
    new Socket({ handle, readable: true, writable: true }).end('from the child');
  },
};

process.on('message', (deed, handle) => {
  process.send(handle ? handle.constructor.name : 'nothing');
  if (!handle) return;
  handle.on?.('error', () => {});
  deeds[deed](handle);
});
process.on('disconnect', () => process.exit());
