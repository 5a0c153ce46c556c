/** request, over TCP and a Unix socket: its Host is then the path. */
'use strict';

const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { promisify } = require('node:util');
const request = require('request');
const { scratchFolder } = require('../tools');

module.exports = async function run({ failureOf, listen }) {
  const server = http.createServer(async (req, res) => {
    if (req.url === '/away') return void res.writeHead(302, { Location: '/near' }).end();
    if (req.url === '/silent') return;
    let text = '';
    for await (const chunk of req.setEncoding('utf8')) text += chunk;
    const { host, 'content-type': type } = req.headers;
    res.end(JSON.stringify({ url: req.url, host, type: type?.split(';')[0], length: text.length }));
  });
  const socket = path.join(scratchFolder(), 'http.sock');
  const unix = http.createServer((req, res) => server.emit('request', req, res)).listen(socket);
  await once(unix, 'listening');
  const base = await listen(server);
  const seen = {};
  const bases = { tcp: base, unix: `http://unix:${socket}:` };
  for (const [name, url] of Object.entries(bases)) {
    const send = promisify(request.defaults({ forever: name === 'tcp' }));
    const told = async (options) => {
      const { body, statusCode } = await send(options);
      return [
        statusCode,
        JSON.stringify(body).replaceAll(socket, '(socket)').replace(/\d{5}/g, '(port)'),
      ];
    };
    seen[name] = [
      await told(`${url}/a`),
      await told({ url: `${url}/a`, method: 'POST', form: { a: 1 } }),
      await told({ url: `${url}/a`, method: 'POST', formData: { a: 'text', b: Buffer.alloc(9) } }),
      await told({ url: `${url}/a`, method: 'PUT', json: { a: 'ü'.repeat(9999) } }),
      await failureOf(send({ url: `${url}/silent`, timeout: 100 })),
    ];
  }
  seen.away = (await promisify(request)(`${base}/away`)).statusCode;
  for (const one of [server, unix]) {
    one.closeAllConnections();
    one.close();
  }
  return seen;
};
