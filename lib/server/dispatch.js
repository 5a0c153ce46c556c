'use strict';
// Which of a server's listeners gets a request, or what answers it instead.
const { kGuard } = require('../base/symbols');
const { EXPECT_CONTINUE, EXPECT_OTHER, LACKS_HOST, UNTRUSTED } = require('../wire/layout');

/** Lets the server's listeners have the request and its response. */
function dispatch(connection, req, res, flags) {
  const { server } = connection;
  if (flags & (UNTRUSTED | LACKS_HOST)) {
    // Nothing behind it is to be trusted.
    connection.transport.stop();
    res.writeHead(400, ['Connection', 'close']);
    res.end();
    return;
  }
  if (server[kGuard]?.answer(connection, req, res)) return;
  if (req.httpVersionMajor === 1 && req.httpVersionMinor === 1) {
    if (server.maxRequestsPerSocket > 0 && isOneTooMany(connection, req, res)) return;
    if (flags & (EXPECT_CONTINUE | EXPECT_OTHER)) {
      answerExpectation(server, req, res, flags);
      return;
    }
  }
  server.emit('request', req, res);
}

/** Counts the request; if it is beyond `maxRequestsPerSocket`, it is answered with 503. */
function isOneTooMany(connection, req, res) {
  const { server, socket } = connection;
  const limit = server.maxRequestsPerSocket;
  if (typeof limit !== 'number') return false;
  connection.requests++;
  res.maxRequestsOnConnectionReached = limit <= connection.requests;
  if (limit >= connection.requests) return false;
  server.emit('dropRequest', req, socket);
  res.writeHead(503);
  res.end();
  return true;
}

function answerExpectation(server, req, res, flags) {
  if (flags & EXPECT_CONTINUE) {
    res._expect_continue = true;
    if (server.listenerCount('checkContinue') > 0) {
      server.emit('checkContinue', req, res);
    } else {
      res.writeContinue();
      server.emit('request', req, res);
    }
  } else if (server.listenerCount('checkExpectation') > 0) {
    server.emit('checkExpectation', req, res);
  } else {
    res.writeHead(417);
    res.end();
  }
}

function hasBodyHeaders(headers) {
  return 'content-length' in headers || 'transfer-encoding' in headers;
}

module.exports = { dispatch, hasBodyHeaders };
