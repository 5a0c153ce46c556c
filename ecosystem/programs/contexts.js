/** continuation-local-storage and cls-hooked: the store in each callback of a client and a server. */
'use strict';

const http = require('node:http');
const continuation = require('continuation-local-storage');
const hooked = require('cls-hooked');

module.exports = async function run() {
  return {
    'continuation-local-storage': await watch(continuation.createNamespace('one')),
    'cls-hooked': await watch(hooked.createNamespace('two')),
  };
};

/** The callbacks in which the store was that of their request, and those in which it was another. */
async function watch(namespace) {
  const seen = { server: {}, client: {} };
  const note = (side, event, expected) => {
    const told = (seen[side][event] ??= []);
    told.push(namespace.get('store') === expected);
  };
  const server = http.createServer((req, res) => {
    namespace.run(() => {
      const store = `server ${req.url}`;
      namespace.set('store', store);
      req.on('data', () => note('server', 'data', store));
      req.on('end', () => {
        note('server', 'end', store);
        setImmediate(() => res.end('x'.repeat(1000)));
      });
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path) =>
    new Promise((resolve, reject) => {
      namespace.run(() => {
        const store = `client ${path}`;
        namespace.set('store', store);
        const { port } = server.address();
        const options = { host: '127.0.0.1', port, path, method: 'POST', agent };
        const req = http.request(options, (res) => {
          note('client', 'response', store);
          res.on('data', () => note('client', 'data', store));
          res.on('end', () => {
            note('client', 'end', store);
            setImmediate(resolve);
          });
        });
        req.on('socket', () => note('client', 'socket', store));
        req.on('error', reject);
        req.end('content');
      });
    });
  for (const path of ['/1', '/2']) await ask(path);
  await Promise.all(['/3', '/4', '/5'].map(ask));
  agent.destroy();
  await new Promise((resolve) => server.close(resolve));
  return seen;
}
