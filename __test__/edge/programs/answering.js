'use strict';
// A server that says something to each request and then, as the request asks, does what keeps it from
// saying it later: ends the process, throws, works on until it is told that the client has it.
const http = require('../../support/subject');
const { answer, serve, workUntil } = require('./asked');

const LARGE = Buffer.alloc(40_000, 'an answer ');
const HUGE = 16 * 1024 * 1024;
const EVENT = 'data: first\n\n';

/** What is said: `say(res, req, callback)`, and what of it the client has to see. */
const says = {
  end: { say: (res, _req, callback) => res.end('an answer', callback), seen: 'an answer' },
  'a large end': { say: (res, _req, callback) => res.end(LARGE, callback), seen: `${LARGE}` },
  'write and end': {
    say(res, _req, callback) {
      res.write('an ');
      res.end('answer', callback);
    },
    seen: '\r\n0\r\n\r\n',
  },
  flushHeaders: {
    say: (res) => res.setHeader('X-Said', 'yes').flushHeaders(),
    seen: 'X-Said: yes',
  },
  writeContinue: { say: (res) => res.writeContinue(), seen: 'HTTP/1.1 100 Continue\r\n\r\n' },
  writeProcessing: { say: (res) => res.writeProcessing(), seen: 'HTTP/1.1 102 Processing\r\n\r\n' },
  writeEarlyHints: {
    say: (res) => res.writeEarlyHints({ link: '</a.css>; rel=preload' }),
    seen: 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n',
  },
  'socket.write': { say: (_res, req) => req.socket.write('not HTTP'), seen: 'not HTTP' },
  // What is written in one tick leaves behind it, in Node, too.
  write: { say: (res) => res.write('a piece'), seen: 'a piece', inTick: true },
  'an event': {
    say(res) {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(EVENT);
    },
    seen: EVENT,
    inTick: true,
  },
};

const exit = () => process.exit();
const kill = () => process.kill(process.pid, 'SIGKILL');
const fail = () => {
  throw new Error('on purpose');
};

/** What follows: `before` and `after` something is said, and the callback of `end()`. */
const deeds = {
  exit: { after: exit },
  'exit in a tick': { after: () => process.nextTick(exit) },
  'exit in a microtask': { after: () => queueMicrotask(exit) },
  "exit in 'finish'": { before: (res) => res.on('finish', exit) },
  "exit in end's callback": { callback: exit },
  "exit in 'close'": { before: (res) => res.on('close', exit) },
  throw: { after: fail },
  'throw in a tick': { after: () => process.nextTick(fail) },
  reject: { after: () => Promise.reject(new Error('on purpose')) },
  "throw in 'finish'": { before: (res) => res.on('finish', fail) },
  'SIGKILL at once': { after: kill },
  "SIGKILL a moment after 'finish'": {
    before: (res) => res.on('finish', () => setTimeout(kill, 50)),
  },
};

const state = { requests: 0, acted: 0, caught: 0, finished: 0, called: 0, worked: 0 };
const [options] = process.argv.slice(2).map(JSON.parse);

function work() {
  if (workUntil(options.seen)) state.worked++;
}

function act(req, res, { say, deed, of = 1 }) {
  const isLast = ++state.acted >= of;
  const { before, after, callback } = (isLast && deeds[deed]) || {};
  before?.(res);
  says[say].say(res, req, callback);
  const works = isLast && deed === 'work' && work;
  if (!works) after?.();
  else if (says[say].inTick) process.nextTick(works);
  else works();
  if (deed === 'work') setImmediate(() => res.end());
}

function handle(req, res) {
  const asked = { say: 'end', ...Object.fromEntries(new URL(req.url, 'http://a').searchParams) };
  state.requests++;
  res.on('finish', () => state.finished++);
  if (asked.say === 'huge') {
    res.end(Buffer.alloc(HUGE, 'x'), () => state.called++);
    return;
  }
  const go = () => act(req, res, asked);
  if (asked.at === 'end') req.resume().on('end', go);
  else if (asked.at === 'data') req.once('data', go).resume();
  else go();
}

function main() {
  if (options.survives) process.on('uncaughtException', () => state.caught++);
  const server = http.createServer(handle);
  answer({
    state(reply) {
      server.getConnections((_error, connections) => reply({ ...state, connections }));
    },
  });
  serve(server);
}

if (require.main === module) main();
else module.exports = { HUGE, LARGE, says, deeds };
