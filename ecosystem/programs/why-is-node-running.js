/** why-is-node-running: what it names while a server, a connection and a request are open, and afterwards. */
'use strict';

const { once } = require('node:events');

module.exports = async function run({ listen }) {
  const { default: whyIsNodeRunning } = await import('why-is-node-running');
  const http = require('node:http');
  const kinds = () => {
    const lines = [];
    whyIsNodeRunning({ error: (line) => lines.push(line) });
    return lines;
  };
  const server = http.createServer(() => {});
  await listen(server);
  const req = http.get({ port: server.address().port, host: '127.0.0.1', agent: false });
  req.on('error', () => {});
  await once(server, 'request');
  const lines = kinds();
  // It looks only once, so these are all that were open then.
  const named = (kind) => lines.some((line) => line === `# ${kind}`);
  const seen = {
    server: named('TCPSERVERWRAP'),
    connection: named('TCPWRAP'),
    incoming: named('HTTPINCOMINGMESSAGE'),
    outgoing: named('HTTPCLIENTREQUEST'),
    internals: lines.filter((line) => /^# .*rust/i.test(line)),
  };
  req.destroy();
  server.closeAllConnections();
  server.close();
  return seen;
};
