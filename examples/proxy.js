/**
 * A forward proxy: plain requests by their absolute target, everything else through CONNECT tunnels.
 * `curl -x http://localhost:8080 https://example.com/`
 */
'use strict';

const net = require('node:net');
const { pipeline } = require('node:stream');
const http = require('rust-http');

const agent = new http.Agent({ keepAlive: true });
/** Fields that belong to one connection and are not passed on (RFC 9110, section 7.6.1). */
const ofConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const server = http.createServer((req, res) => {
  const target = parse(req.url);
  if (target?.protocol !== 'http:') return refuse(res, 400, 'an absolute http: target is needed');
  const headers = passedOn(req.rawHeaders, req.headers.connection);
  // Content of unknown length keeps its framing.
  if ('transfer-encoding' in req.headers) headers.push('Transfer-Encoding', 'chunked');
  const onward = http.request(target, { method: req.method, headers, agent });
  onward.on('response', (answer) => {
    const { rawHeaders, statusCode, statusMessage } = answer;
    res.writeHead(statusCode, statusMessage, passedOn(rawHeaders, answer.headers.connection));
    pipeline(answer, res, () => {});
  });
  onward.on('error', (error) => {
    if (res.headersSent) res.destroy();
    else refuse(res, 502, error.message);
  });
  // A client that goes away takes its request with it.
  res.on('close', () => onward.destroy());
  pipeline(req, onward, () => {});
});

server.on('connect', (req, client, head) => {
  const target = parse(`tcp://${req.url}`);
  if (!target?.port) {
    client.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  // An IPv6 address stands in brackets in a target, but not in a call.
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const onward = net.connect(Number(target.port), host, () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    onward.write(head);
    pipeline(client, onward, () => {});
    pipeline(onward, client, () => {});
  });
  onward.once('error', () => {
    if (onward.bytesRead > 0) return;
    client.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  client.on('error', () => onward.destroy());
});

// Whoever can reach a proxy can use it: this one is for this machine alone.
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`proxy on http://localhost:${server.address().port}/`);
});

function parse(text) {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Names and values without those of this connection, and without those that `named` names. */
function passedOn(rawHeaders, named = '') {
  const dropped = new Set(named.toLowerCase().split(/\s*,\s*/));
  const kept = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    if (!ofConnection.has(name) && !dropped.has(name)) kept.push(rawHeaders[i], rawHeaders[i + 1]);
  }
  return kept;
}

function refuse(res, status, reason) {
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  res.end(`${status} ${http.STATUS_CODES[status]}: ${reason}\n`);
}
