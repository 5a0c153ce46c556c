/** Server-sent events that a client can resume after a break. `curl -N http://localhost:8080/` */
'use strict';

const http = require('rust-http');

const clients = new Set();
const kept = [];
let lastId = 0;

const server = http.createServer((req, res) => {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  res.write(': welcome\n\n');
  // A browser names the last event it saw when it connects again: it gets what it missed.
  const seen = Number(req.headers['last-event-id'] ?? lastId);
  for (const event of kept) if (event.id > seen) res.write(event.text);
  clients.add(res);
  res.on('close', () => clients.delete(res));
});

setInterval(() => {
  const id = ++lastId;
  const event = { id, text: `id: ${id}\ndata: ${new Date().toISOString()}\n\n` };
  kept.push(event);
  if (kept.length > 100) kept.shift();
  for (const res of clients) res.write(event.text);
}, 500);

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`events on http://localhost:${server.address().port}/`);
});
