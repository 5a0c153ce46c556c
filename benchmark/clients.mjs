/** How each contestant sends one request: `send(path, callback)`, which gives an error or the bytes read. */

import https from 'node:https';
import { cert } from './certificate.mjs';

/** For `http` of Node and of this project; `secure`: its `https`, where that makes the sockets of TLS. */
export function sendWithHttp(http, { inFlight, body, keepAlive }, url, secure) {
  const { hostname, port, protocol } = new URL(url);
  // An agent without a limit and a pool closes each connection behind its answer.
  const pool = keepAlive ? { keepAlive, maxSockets: inFlight } : { keepAlive };
  // Over TLS, Node's own agent makes the sockets, if nothing else is wanted.
  const { Agent } = protocol === 'https:' ? (secure ?? https) : http;
  const agent = new Agent({ ...pool, ca: cert });
  const options = { protocol, hostname, port, agent };
  if (body) {
    options.method = 'POST';
    options.headers = { 'Content-Length': body.length, 'Content-Type': 'application/json' };
  }
  return (path, callback) => {
    const req = http.request({ ...options, path }, (res) => {
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
export function sendWithUndici({ Pool }, { inFlight, body, keepAlive }, url) {
  const pool = new Pool(new URL(url).origin, { connections: inFlight, pipelining: 1 });
  const options = { method: 'GET', reset: !keepAlive };
  if (body) {
    options.method = 'POST';
    options.body = body;
    options.headers = { 'Content-Type': 'application/json' };
  }
  return (path, callback) => {
    pool.request({ ...options, path }).then((response) => {
      let bytes = 0;
      response.body.on('data', (chunk) => {
        bytes += chunk.length;
      });
      response.body.on('end', () => callback(null, bytes));
      response.body.on('error', callback);
    }, callback);
  };
}
