'use strict';
// `npm run bench:mine`: an application of one's own on Node's http and on ours.
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const benchmark = path.join(__dirname, '..', '..', 'benchmark');
const hasLoad =
  !spawnSync('wrk', ['--version']).error ||
  fs.existsSync(path.join(benchmark, 'node_modules', 'autocannon'));
const skip = !hasLoad && 'neither wrk nor autocannon is installed';

function bench(t, text, flags) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-mine-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const app = path.join(folder, 'app.js');
  fs.writeFileSync(app, text);
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const args = [path.join(benchmark, 'mine.mjs'), app, '--rounds', '1', '--seconds', '1', ...flags];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000, env });
}

test('both serve the application, and are told beside each other', { skip }, (t) => {
  const app = `
    const http = require('node:http');
    const server = http.createServer((req, res) => {
      const isAsked = req.method === 'POST' && req.url === '/a' && req.headers['x-y'] === 'z: z';
      req.on('data', (data) => isAsked && String(data) === 'content' && res.end(process.argv[2]));
    });
    server.listen(process.env.PORT);`;
  const flags = ['--method', 'POST', '--path', '/a', '--header', 'X-Y: z: z', '--body', 'content'];
  const { status, stdout, stderr } = bench(t, app, [...flags, '--connections', '4', '--', 'given']);
  assert.strictEqual(status, 0, stderr);
  assert.match(stdout, /^POST \/a, 4 connections by (wrk|autocannon), medians of 1 rounds of 1 s/);
  assert.match(stdout, /^ +Node's http +rust-http +ratio$/m);
  assert.match(stdout, /^requests\/s +[\d,]+ +[\d,]+ +\d+\.\d\d$/m);
  assert.match(stdout, /^failed requests +0 +0 *$/m);
});

test('an application that does not listen is told', { skip }, (t) => {
  const { status, stderr } = bench(t, 'process.exitCode = 3;', []);
  assert.notStrictEqual(status, 0);
  assert.match(stderr, /app\.js does not listen: it ended with 3/);
});
