/**
 * `npm start`: a server on PORT (8080) whose `/` is a page that shows what a browser can do with it:
 * the request it sent, server-sent events, an upload with progress, an upgraded socket.
 */
'use strict';

const http = require('rust-http');
const { createEcho } = require('./server/echo');
const { sendPage } = require('./server/page');
const { createEventStream } = require('./server/sse');
const { stopOnSignal } = require('./server/stop');
const { receiveUpload } = require('./server/upload');

const events = createEventStream();
const echo = createEcho();

const server = http.createServer((req, res) => {
  const pathname = pathOf(req);
  const route = `${req.method === 'HEAD' ? 'GET' : req.method} ${pathname}`;
  if (route === 'GET /') sendPage(req, res);
  else if (route === 'GET /events') events.subscribe(req, res);
  else if (route === 'POST /upload') receiveUpload(req, res, events);
  else {
    res.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
    res.end(`There is nothing at ${pathname}\n`);
  }
});

server.on('upgrade', (req, socket, head) => {
  if (pathOf(req) === '/echo') echo.accept(req, socket, head);
  else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
});

server.on('error', (error) => {
  console.error(`cannot listen: ${error.message}`);
  process.exitCode = 1;
  events.close();
});

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`rust-http example on http://localhost:${server.address().port}/ (Ctrl-C stops it)`);
});

// What would otherwise stay open for ever is ended first, or `close` would never be done.
stopOnSignal(server, () => {
  events.close();
  echo.close();
});

function pathOf({ url }) {
  return url.split('?', 1)[0];
}
