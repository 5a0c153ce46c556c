'use strict';
// What the server does with requests, by the first part of their path: /KIND/ID/LENGTH. The answer is
// the content with that id; content that arrives is the one with the id of its request.
const { Comparison, contentOf } = require('./content');

const PIECE = 16 * 1024;
/** The message of exceptions that handlers throw on purpose. */
const ON_PURPOSE = 'thrown on purpose';

function readTarget(target) {
  const [, kind, id, length] = target.split('/');
  return { kind, id: Number(id), length: Number(length) };
}

const throwOnPurpose = () => {
  throw new Error(ON_PURPOSE);
};

/** Reads the content, lets `use` have each piece, and answers when it was the right one. */
function answerBehindContent(req, res, target, use) {
  const comparison = new Comparison(target.id);
  const { 'x-length': announced = 0 } = req.headers;
  req.on('data', (piece) => {
    comparison.add(piece);
    use?.(piece, comparison.length === Number(announced));
  });
  req.on('end', () => {
    const isRight = comparison.isRight && comparison.length === Number(announced);
    if (!isRight) res.statusCode = 500;
    res.end(contentOf(target.id, target.length));
  });
}

function stream(res, { id, length }, mindsBackpressure) {
  let at = 0;
  const more = () => {
    while (at < length) {
      const piece = contentOf(id, Math.min(at + PIECE, length), at);
      at += piece.length;
      if (!res.write(piece) && mindsBackpressure) return;
    }
    res.end();
    res.removeListener('drain', more);
  };
  if (mindsBackpressure) res.on('drain', more);
  more();
}

/** Each with (request, response, target). */
const handlers = {
  plain: (_req, res, { id, length }) => res.end(contentOf(id, length)),
  text: (_req, res, { id, length }) => res.end(contentOf(id, length).latin1Slice()),
  later(_req, res, { id, length }) {
    setTimeout(() => res.end(contentOf(id, length)), id % 10);
  },
  stream: (_req, res, target) => stream(res, target, true),
  careless: (_req, res, target) => stream(res, target, false),
  early(_req, res, { id, length }) {
    res.writeProcessing();
    // As text: Node's own puts the head of an answer with bytes before what waits for its turn.
    res.end(contentOf(id, length).latin1Slice());
  },
  reads: (req, res, target) => answerBehindContent(req, res, target),
  /** The memory of each piece becomes somebody else's. */
  transfers(req, res, target) {
    answerBehindContent(req, res, target, ({ buffer }) => {
      structuredClone(buffer, { transfer: [buffer] });
    });
  },
  reluctant(req, res, target) {
    setTimeout(() => answerBehindContent(req, res, target), target.id % 20);
  },
  throws(_req, res, { id, length }) {
    res.end(contentOf(id, length));
    throwOnPurpose();
  },
  'throws-later'(_req, res, { id, length }) {
    res.end(contentOf(id, length));
    setImmediate(throwOnPurpose);
  },
  /** At the last piece: a stream whose listener throws does not go on to the next one by itself. */
  'throws-reading'(req, res, target) {
    answerBehindContent(req, res, target, (_piece, isLast) => {
      if (isLast) throwOnPurpose();
    });
  },
  /** Something of Node's gets the handle of the socket. */
  looks(req, res, { id, length }) {
    res.end(contentOf(id, length));
    req.socket._handle?.getAsyncId?.();
  },
  listens(req, res, { id, length }) {
    req.socket.once('close', () => {});
    res.end(contentOf(id, length));
  },
  /** Begins an answer and breaks off. */
  destroys(req, res, { id, length }) {
    res.writeHead(200, { 'Content-Length': length + 1 });
    res.write(contentOf(id, length));
    req.socket.destroy();
  },
};

module.exports = { ON_PURPOSE, handlers, readTarget };
