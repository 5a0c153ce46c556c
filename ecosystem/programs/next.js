/** Next's development server, with our http in all its processes: pages, routes, streams, static files. */
'use strict';

const { cpSync, mkdirSync, symlinkSync } = require('node:fs');
const path = require('node:path');
const { binOf, end, freePort, scratchFolder, startScript } = require('../tools');

module.exports = async function run({ mode, send }) {
  const folder = path.join(scratchFolder(), 'next');
  mkdirSync(folder);
  cpSync(path.join(__dirname, '..', 'projects', 'next'), folder, { recursive: true });
  symlinkSync(path.join(__dirname, '..', 'node_modules'), path.join(folder, 'node_modules'));
  const port = await freePort();
  const args = [binOf('next'), 'dev', '--webpack', '-H', '127.0.0.1', '-p', String(port), folder];
  const env = { NEXT_TELEMETRY_DISABLED: '1' };
  const child = startScript(mode, args, { cwd: folder, env });
  await child.says(/Ready/);
  const base = `http://127.0.0.1:${port}`;
  const page = await send(`${base}/`);
  const script = /src="(\/_next\/static\/[^"]+\.js[^"]*)"/.exec(page.text)[1];
  const echo = await send(`${base}/echo`, { method: 'POST', content: 'x'.repeat(100_000) });
  const seen = {
    page: [page.status, page.text.includes('a page'), page.headers['content-type']],
    script: (await send(base + script.replaceAll('&amp;', '&'))).status,
    echo: [echo.status, echo.text.length],
    stream: (await send(`${base}/stream`)).text,
    missing: (await send(`${base}/nowhere`)).status,
  };
  await end(child);
  return seen;
};
