/**
 * Files of a folder, with byte ranges (so that videos can be sought and downloads resumed) and
 * revalidation. `node examples/static.js [folder]`, then
 * `curl -r 0-99 http://localhost:8080/hello.js`
 */
'use strict';

const { createReadStream, promises: fs } = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream');
const http = require('rust-http');

const folder = path.resolve(process.argv[2] ?? __dirname);
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

const server = http.createServer(async (req, res) => {
  if (req.method !== 'GET' && req.method !== 'HEAD')
    return refuse(res, 405, { Allow: 'GET, HEAD' });
  const file = locate(req.url);
  const stat = file && (await fs.stat(file).catch(() => undefined));
  if (!stat?.isFile()) return refuse(res, 404);

  const tag = `"${stat.size.toString(36)}-${Math.floor(stat.mtimeMs).toString(36)}"`;
  res.setHeader('ETag', tag);
  res.setHeader('Last-Modified', stat.mtime.toUTCString());
  if (req.headers['if-none-match'] === tag) return res.writeHead(304).end();

  res.setHeader('Accept-Ranges', 'bytes');
  const ifRange = req.headers['if-range'];
  const wanted = ifRange === undefined || ifRange === tag ? req.headers.range : undefined;
  const range = parseRange(wanted, stat.size);
  if (range === 'unsatisfiable')
    return refuse(res, 416, { 'Content-Range': `bytes */${stat.size}` });

  const { start, end } = range ?? { start: 0, end: stat.size - 1 };
  res.setHeader('Content-Type', types[path.extname(file)] ?? 'application/octet-stream');
  res.setHeader('Content-Length', end - start + 1);
  if (range) res.setHeader('Content-Range', `bytes ${start}-${end}/${stat.size}`);
  res.writeHead(range ? 206 : 200);
  if (req.method === 'HEAD' || stat.size === 0) return res.end();
  // `pipeline` also closes the file when the client goes away.
  pipeline(createReadStream(file, { start, end }), res, () => {});
});

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`${folder} on http://localhost:${server.address().port}/`);
});

/** The file that a request names, or undefined when it lies outside of the folder. */
function locate(url) {
  let name;
  try {
    name = decodeURIComponent(url.split('?', 1)[0]);
  } catch {
    return undefined;
  }
  if (name.includes('\0')) return undefined;
  const file = path.join(folder, name.endsWith('/') ? `${name}index.html` : name);
  return file.startsWith(folder + path.sep) ? file : undefined;
}

/** One range (RFC 9110, section 14). Several, or one that is badly written, mean the whole file. */
function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] = [match[1], match[2]];
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (start >= size) return 'unsatisfiable';
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return end < start ? undefined : { start, end };
}

function refuse(res, status, headers = {}) {
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  res.end(`${status} ${http.STATUS_CODES[status]}\n`);
}
