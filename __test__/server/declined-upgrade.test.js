'use strict';
// A server declines an upgrade: the request is answered as any other, and so is what came behind it in
// the same packet, also when the socket gets a handle of Node's own meanwhile.
const assert = require('node:assert');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');
const { onBoth } = require('../support/transports');

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const upgrade = (path) =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`;
const post = (path) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nhello`;

const look = ({ socket }) => socket._handle;

/** When somebody looks at the handle of the socket, which takes the connection to another transport. */
const moments = {
  never: {},
  'when it begins': { connection: (socket) => look({ socket }) },
  'when the server is asked': { asked: look },
  'in each handler': { request: look },
  'a turn after each request': { request: (req) => setImmediate(look, req) },
};

const inputs = {
  'an upgrade': [upgrade('/1')],
  'a request behind an upgrade': [upgrade('/1'), get('/2')],
  'an upgrade between requests': [get('/1'), upgrade('/2'), get('/3')],
  'two upgrades': [get('/1'), upgrade('/2'), upgrade('/3'), get('/4')],
  'an upgrade with content': [get('/1'), post('/2'), get('/3')],
};

const skip = onNodeHttp && "Node's own loses what came in the packet of an upgrade it declines";

for (const [moment, { asked, connection, request }] of Object.entries(moments))
  for (const [title, input] of Object.entries(inputs))
    onBoth(`${title}; the handle is looked at: ${moment}`, { skip }, async ({ connect }) => {
      const shouldUpgradeCallback = (req) => {
        asked?.(req);
        return false;
      };
      const server = http.createServer({ shouldUpgradeCallback }, (req, res) => {
        request?.(req);
        let content = '';
        req.on('data', (chunk) => {
          content += chunk;
        });
        req.on('end', () => res.end(`${req.url} ${content}`));
      });
      server.on('upgrade', () => assert.fail('declined'));
      if (connection) server.on('connection', connection);
      const client = await connect(server);
      client.send(input.join(''));
      for (let i = 1; i <= input.length; i++) {
        const { text } = await client.response();
        assert.strictEqual(text, `/${i} ${input[i - 1].endsWith('hello') ? 'hello' : ''}`);
      }
    });
