/** The smallest server. `PORT=3000 node examples/hello.js` */
'use strict';

const http = require('rust-http');

const server = http.createServer((_req, res) => {
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.end('Hello from Rust\n');
});

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`hello on http://localhost:${server.address().port}/`);
});
