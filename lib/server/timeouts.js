'use strict';
// What a connection of a server does when its timeout comes.

/** The socket's timeout has passed without traffic: without a listener for that, it is closed. */
function tellTimeout({ current: req, server, socket }) {
  const byRequest = req && !req.complete && req.emit('timeout', socket);
  const res = socket._httpMessage;
  const byResponse = res?.emit('timeout', socket);
  const byServer = server.emit('timeout', socket);
  if (!byRequest && !byResponse && !byServer) socket.destroy();
}

module.exports = { tellTimeout };
