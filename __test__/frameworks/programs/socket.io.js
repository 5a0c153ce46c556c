/** socket.io 4, both ends: polling, the upgrade to a WebSocket, rooms, bytes, acknowledgements. */
'use strict';

const { once } = require('node:events');
const http = require('node:http');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');

module.exports = async function run({ listen, send }) {
  const server = http.createServer((req, res) => res.end(`plain ${req.url}`));
  const sockets = new Server(server, { pingInterval: 300 });
  const left = [];
  sockets.use((socket, next) => {
    next(socket.handshake.auth.name === 'nobody' ? new Error('who are you') : undefined);
  });
  sockets.on('connection', (socket) => {
    socket.join('everybody');
    socket.on('echo', (...args) => args.pop()(...args));
    socket.on('say', (text) => sockets.to('everybody').emit('said', text));
    socket.on('disconnect', (reason) => left.push(reason));
  });
  const base = await listen(server);
  const seen = { plain: await send(`${base}/x`), refused: [], transports: {} };

  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
    const name = transports.join('+');
    const options = { transports, forceNew: true, reconnection: false, auth: { name } };
    const [one, two] = [io(base, options), io(base, options)];
    await Promise.all([one, two].map((socket) => once(socket, 'connect')));
    const { engine } = one.io;
    if (transports.length === 2 && engine.transport.name !== 'websocket')
      await once(engine, 'upgrade');
    const bytes = Buffer.alloc(200_000, name);
    const echoed = await one.emitWithAck('echo', bytes);
    const said = Promise.all([one, two].map((socket) => once(socket, 'said')));
    two.emit('say', 'ü'.repeat(30_000));
    const texts = (await said).map(([text]) => text.length);
    const many = [];
    for (let i = 0; i < 100; i++) many.push(one.emitWithAck('echo', i));
    seen.transports[name] = {
      transport: engine.transport.name,
      echoed: Buffer.from(echoed).equals(bytes),
      texts,
      many: (await Promise.all(many)).every((n, i) => n === i),
      // Longer than a ping takes to come and be answered.
      alive: await once(engine, 'ping').then(() => one.connected),
    };
    one.disconnect();
    two.disconnect();
  }
  const nobody = io(base, { auth: { name: 'nobody' }, reconnection: false });
  seen.refused = (await once(nobody, 'connect_error'))[0].message;
  nobody.disconnect();
  await new Promise((resolve) => sockets.close(resolve));
  seen.left = left.length;
  return seen;
};
