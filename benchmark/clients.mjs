/** How each contestant sends one request: `send(callback)`, which gives an error or the bytes read. */

import https from 'node:https';
import { cert } from './certificate.mjs';

/** For `http` of Node and of this project. */
export function sendWithHttp(http, { inFlight, path, body }, url) {
  const { hostname, port, protocol } = new URL(url);
  const pool = { keepAlive: true, maxSockets: inFlight };
  // Over TLS, Node's own agent makes the sockets.
  const agent =
    protocol === 'https:' ? new https.Agent({ ...pool, ca: cert }) : new http.Agent(pool);
  const options = { protocol, hostname, port, path, agent };
  if (body) {
    options.method = 'POST';
    options.headers = { 'Content-Length': body.length, 'Content-Type': 'application/json' };
  }
  return (callback) => {
    const req = http.request(options, (res) => {
      let bytes = 0;
      res.on('data', (chunk) => {
        bytes += chunk.length;
      });
      res.on('end', () => callback(null, bytes));
      res.on('error', callback);
    });
    req.on('error', callback);
    req.end(body);
  };
}

/** For undici's fastest documented way that gives a stream. */
export function sendWithUndici({ Pool }, { inFlight, path, body }, url) {
  const pool = new Pool(new URL(url).origin, { connections: inFlight, pipelining: 1 });
  const options = { path, method: 'GET' };
  if (body) {
    options.method = 'POST';
    options.body = body;
    options.headers = { 'Content-Type': 'application/json' };
  }
  return (callback) => {
    pool.request(options).then((response) => {
      let bytes = 0;
      response.body.on('data', (chunk) => {
        bytes += chunk.length;
      });
      response.body.on('end', () => callback(null, bytes));
      response.body.on('error', callback);
    }, callback);
  };
}
