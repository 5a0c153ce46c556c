/** stoppable and http-terminator: they follow connections and requests to end a server in time. */
'use strict';

const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');
const { createHttpTerminator } = require('http-terminator');
const stoppable = require('stoppable');

/** A server with a request that takes until `release` and an idle connection. */
async function busy(listen) {
  let release;
  const server = http.createServer((req, res) => {
    if (req.url === '/slow') release = () => res.end('slow');
    else res.end('quick');
  });
  const base = await listen(server);
  const agent = new http.Agent({ keepAlive: true });
  const ask = (path) =>
    new Promise((resolve) => {
      http
        .get(base + path, { agent }, (res) => {
          res.resume().on('end', () => resolve([res.statusCode, res.headers.connection]));
        })
        .on('error', (error) => resolve(error.code));
    });
  return { agent, ask, server, release: () => release() };
}

const requestTo = (server) => once(server, 'request');

module.exports = async function run({ listen }) {
  const seen = {};
  {
    const { agent, ask, server, release } = await busy(listen);
    stoppable(server, 10_000);
    const first = await ask('/quick');
    const requested = requestTo(server);
    const slow = ask('/slow');
    await requested;
    // The server has to know of it before it can close it.
    const known = once(server, 'connection');
    const idle = net.connect(server.address().port, '127.0.0.1');
    await known;
    const closed = once(idle.resume(), 'close');
    const stopped = new Promise((resolve) => server.stop((_error, graceful) => resolve(graceful)));
    await closed;
    release();
    // Ours says `Connection: close` in what it answers behind close(), which is a test of its own.
    const [status] = await slow;
    seen.stoppable = { first, slow: status, graceful: await stopped };
    agent.destroy();
  }
  {
    const { agent, ask, server } = await busy(listen);
    stoppable(server, 50);
    const requested = requestTo(server);
    const slow = ask('/slow');
    await requested;
    const graceful = await new Promise((resolve) => server.stop((_error, yes) => resolve(yes)));
    seen.forced = { graceful, slow: await slow };
    agent.destroy();
  }
  {
    const { agent, ask, server, release } = await busy(listen);
    const terminator = createHttpTerminator({ server, gracefulTerminationTimeout: 5000 });
    const first = await ask('/quick');
    const requested = requestTo(server);
    const slow = ask('/slow');
    await requested;
    const terminated = terminator.terminate();
    release();
    seen.terminator = { first, slow: await slow };
    await terminated;
    seen.terminator.listening = server.listening;
    agent.destroy();
  }
  return seen;
};
