'use strict';
// A server and a client that write Buffers, and then give their memory away or make it smaller.
const { createHash } = require('node:crypto');
const http = require('../../support/subject');
const { answer, serve } = require('./asked');
const { contentOf } = require('./giving-content');

const given = [];
const counts = { called: 0, failed: 0 };
const hash = (bytes) => createHash('sha1').update(bytes).digest('hex');

/** What becomes of the memory when it has been written. What was given away is kept, as it was. */
const afterwards = {
  transfer({ buffer }) {
    given.push(structuredClone(buffer, { transfer: [buffer] }));
  },
  post({ buffer }) {
    const channel = new MessageChannel();
    channel.port1.postMessage(buffer, [buffer]);
    given.push(channel);
  },
  forget({ buffer }) {
    structuredClone(buffer, { transfer: [buffer] });
  },
  resize({ buffer }) {
    buffer.resize(0);
  },
};

function memoryOf(size, what) {
  const content = contentOf(size);
  const options = what === 'resize' ? { maxByteLength: size } : undefined;
  const bytes = Buffer.from(new ArrayBuffer(size, options));
  bytes.set(content);
  return bytes;
}

const count = (error) => counts[error ? 'failed' : 'called']++;

/** Writes a Buffer of this size by this method, and does this with it: at once, or a turn later. */
function give(message, { method, size, what, when }) {
  const bytes = memoryOf(size, what);
  message[method](bytes, count);
  if (when === 'at once') afterwards[what](bytes);
  else setImmediate(() => afterwards[what](bytes));
  if (method === 'write') message.end();
}

const server = http.createServer((req, res) => {
  const [method, size, what, when] = decodeURI(req.url).slice(1).split('/');
  res.on('error', () => {});
  req.on('error', () => {});
  if (method === '') return res.end('here');
  if (method === 'later') return setTimeout(() => res.end('later'), Number(size));
  res.setHeader('Content-Length', size);
  give(res, { method, size: Number(size), what, when });
});
server.on('clientError', (_error, socket) => socket.destroy());

answer({
  send(reply, { port, path, ...options }) {
    const { size } = options;
    const headers = { 'Content-Length': size };
    const req = http.request({ port, path, method: 'POST', headers, agent: false });
    req.on('response', (res) => res.resume());
    req.on('error', () => {});
    req.flushHeaders();
    // Before it is connected everything waits in JavaScript.
    req.once('socket', (socket) => socket.once('connect', () => setImmediate(give, req, options)));
    reply(true);
  },
  state: (reply) => reply(counts),
  /** Whether all that was given away by `structuredClone` is as it was. */
  given(reply) {
    const clones = given.filter((one) => one instanceof ArrayBuffer);
    const isSame = (clone) => hash(Buffer.from(clone)) === hash(contentOf(clone.byteLength));
    reply([clones.length, clones.filter(isSame).length]);
  },
});
serve(server);
