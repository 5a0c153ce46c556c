'use strict';
// Which of a server's listeners hears of a request, a timeout or an error, and what is done where none does.
const { BufferFrom } = require('../base/primordials');
const { kGuard } = require('../base/symbols');
const { ownAddHeaderLine } = require('../message/incoming-message');
const host = require('../node/http');
const { EXPECT_CONTINUE, EXPECT_OTHER, LACKS_HOST, UNTRUSTED } = require('../wire/layout');

/** Lets the server's listeners have the request and its response. */
function dispatch(connection, req, res, flags) {
  const { server } = connection;
  if (host.readsFieldsFirst && req._addHeaderLine !== ownAddHeaderLine)
    flags = withOwnFields(server, req, flags);
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

/** What a program's own `_addHeaderLine` makes of the fields decides, where Node looks at `headers`. */
function withOwnFields({ requireHostHeader }, req, flags) {
  if (req.httpVersionMajor !== 1 || req.httpVersionMinor !== 1) return flags;
  const { expect, host: name } = req.headers;
  if (requireHostHeader && name === undefined) flags |= LACKS_HOST;
  flags &= ~(EXPECT_CONTINUE | EXPECT_OTHER);
  if (expect === undefined) return flags;
  return flags | (/(?:^|\W)100-continue(?:$|\W)/i.test(expect) ? EXPECT_CONTINUE : EXPECT_OTHER);
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

/** The socket's timeout has passed without traffic: without a listener for that, it is closed. */
function tellTimeout({ current: req, server, socket }) {
  const byRequest = req && !req.complete && req.emit('timeout', socket);
  const res = socket._httpMessage;
  const byResponse = res?.emit('timeout', socket);
  const byServer = server.emit('timeout', socket);
  if (!byRequest && !byResponse && !byServer) socket.destroy();
}

/** The whole answers to malformed input, and to requests that take too long. */
const answer = (status) =>
  BufferFrom(
    `HTTP/1.1 ${status} ${host.STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`,
    'latin1',
  );
const answers = {
  __proto__: null,
  HPE_HEADER_OVERFLOW: answer(431),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: answer(413),
  ERR_HTTP_REQUEST_TIMEOUT: answer(408),
};
const badRequest = answer(400);

/** Answers an error, and closes. An answer in the middle of another would be taken for part of it. */
function answerError(socket, error) {
  if (socket.writable && !socket._httpMessage?._headerSent)
    socket.write(answers[error.code] ?? badRequest);
  socket.destroy(error);
}

module.exports = { answerError, dispatch, hasBodyHeaders, tellTimeout };
