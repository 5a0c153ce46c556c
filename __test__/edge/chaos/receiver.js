'use strict';
// The process to which the server sends sockets: it answers and ends.
const { contentOf } = require('./content');

process.on('message', ([id, length], socket) => {
  process.send('received');
  // Without a descriptor to spare, the message comes alone.
  if (!socket) return;
  socket.on('error', () => {});
  const head = `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;
  socket.write(head);
  socket.end(contentOf(id, length));
  socket.resume();
});
process.on('disconnect', () => process.exit());
process.send('ready');
