'use strict';
// A server and a client in a process that runs out of descriptors.
const http = require('../../support/subject');
const { answer, serve, tell } = require('./asked');

const { listens = true, serves = true } = JSON.parse(process.argv[2] ?? '{}');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const counts = { connections: 0, owners: 0 };

function own(head) {
  return (_req, socket) => {
    counts.owners++;
    socket.on('error', () => {});
    socket.write(head);
    socket.pipe(socket);
  };
}

function makeServer() {
  const server = http.createServer((req, res) => {
    let length = 0;
    req.on('data', (chunk) => {
      length += chunk.length;
    });
    req.on('end', () => res.end(`${req.method} ${length}`));
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  if (listens) server.on('upgrade', own('HTTP/1.1 101 Mine\r\n\r\n'));
  if (listens) server.on('connect', own('HTTP/1.1 200 Mine\r\n\r\n'));
  return server;
}

const server = makeServer();

function request(reply, { upgrades, keeps, ...options }) {
  const headers = upgrades ? { Connection: 'Upgrade', Upgrade: 'x' } : {};
  const req = http.request({ ...options, headers, agent: keeps ? agent : false });
  req.on('response', (res) => {
    let text = '';
    res.setEncoding('latin1').on('data', (piece) => {
      text += piece;
    });
    // The socket is free in the next turn.
    res.on('end', () => setImmediate(reply, text));
  });
  req.on('upgrade', (_res, socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => reply(chunk.toString()));
    socket.write('mine');
  });
  req.on('error', ({ code }) => reply(code));
  req.end();
}

/** Another server begins to listen, and is asked and closed when it could. */
function another(reply) {
  const other = makeServer();
  other.on('error', ({ code }) => reply(code));
  other.listen(0, '127.0.0.1', () => {
    other.close(() => reply('listened'));
  });
}

answer({
  state(reply) {
    server.getConnections((_error, connections) => reply({ ...counts, connections }));
  },
  request,
  another,
  forget(reply) {
    agent.destroy();
    reply(true);
  },
});
if (serves) serve(server);
else tell('ready');
