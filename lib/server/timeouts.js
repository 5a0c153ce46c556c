'use strict';
// What a connection of a server does when its timeout comes.

/** No traffic for as long as the socket's timeout says: if nobody listens, it is closed. */
function tellTimeout({ current: req, server, socket }) {
  const byRequest = req && !req.complete && req.emit('timeout', socket);
  const res = socket._httpMessage;
  const byResponse = res?.emit('timeout', socket);
  const byServer = server.emit('timeout', socket);
  if (!byRequest && !byResponse && !byServer) socket.destroy();
}

module.exports = { tellTimeout };
