/**
 * A custom server as Next's documentation shows one: a handler with the URL parsed, beside routes,
 * files, a rewritten answer, and sockets that upgrade.
 */
'use strict';

const { createReadStream } = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream');
const { parse } = require('node:url');
const zlib = require('node:zlib');

/** Stands for a renderer: streams a page, compressed when asked for, and sets headers late. */
async function handle(req, res, { pathname, query }) {
  if (pathname.startsWith('/static/')) {
    const file = path.join(__dirname, '..', 'public', path.basename(pathname));
    res.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    pipeline(createReadStream(file), res, () => {});
    return;
  }
  res.statusCode = pathname === '/missing' ? 404 : 200;
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.appendHeader('Vary', 'RSC');
  res.appendHeader('Vary', 'Accept-Encoding');
  const compressed = /\bgzip\b/.test(req.headers['accept-encoding'] ?? '');
  if (compressed) res.setHeader('Content-Encoding', 'gzip');
  const out = compressed ? zlib.createGzip() : res;
  if (out !== res) pipeline(out, res, () => {});
  out.write(`<h1>${pathname}</h1>`);
  res.flushHeaders();
  await new Promise(setImmediate);
  out.end(`<pre>${JSON.stringify(query)}</pre>`);
}

module.exports = (http) => {
  const server = http.createServer(async (req, res) => {
    const url = parse(req.url, true);
    try {
      if (url.pathname === '/api/echo') {
        const chunks = [];
        for await (const chunk of req) chunks.push(chunk);
        res.writeHead(200, 'Echoed', { 'Content-Type': 'application/octet-stream' });
        res.end(Buffer.concat(chunks));
      } else if (url.pathname === '/api/fails') throw new Error('on purpose');
      else await handle(req, res, url);
    } catch (error) {
      res.statusCode = 500;
      res.end(error.message);
    }
  });
  return server;
};
