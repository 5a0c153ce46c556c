/**
 * A body streamed to a file as it comes, with a limit, and nothing left behind when it breaks off.
 * `curl -T big.iso http://localhost:8080/`
 */
'use strict';

const { createWriteStream, mkdtempSync, rm, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream');
const http = require('rust-http');

const largest = Number(process.env.MAX_BYTES ?? 1024 ** 3);
const folder = mkdtempSync(path.join(tmpdir(), 'rust-http-upload-'));
let uploads = 0;

const server = http.createServer((req, res) => {
  if (req.method !== 'PUT' && req.method !== 'POST')
    return answer(res, 405, { error: 'PUT or POST a body' });
  if (Number(req.headers['content-length']) > largest) return tooLarge(res);

  const file = path.join(folder, `upload-${++uploads}`);
  let received = 0;
  async function* limited(source) {
    for await (const chunk of source) {
      received += chunk.length;
      if (received > largest) throw new RangeError('too large');
      yield chunk;
    }
  }
  // The pipeline slows the client down to the speed of the disk.
  pipeline(req, limited, createWriteStream(file), (error) => {
    if (!error) return answer(res, 201, { file, received });
    rm(file, { force: true }, () => {});
    if (error instanceof RangeError) tooLarge(res);
  });
});

function tooLarge(res) {
  // The rest of the body is not worth reading, so the connection cannot be used again.
  res.setHeader('Connection', 'close');
  answer(res, 413, { error: `the limit is ${largest} bytes` });
}

function answer(res, status, value) {
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(`${JSON.stringify(value)}\n`);
}

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`uploads go to ${folder}, by http://localhost:${server.address().port}/`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
}
