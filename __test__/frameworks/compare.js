/**
 * One application on Node's http, on ours (`direct`: its frameworks still hold Node's module) and
 * with ours registered. The same requests must get the same answers, header by header.
 */
'use strict';

const assert = require('node:assert');
const { fork } = require('node:child_process');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');

const register = path.join(__dirname, '..', '..', 'lib', 'register.js');

exports.modes = ['direct', 'registered'];

/** Starts an application; resolves to its base URL. The process ends with the test. */
exports.serve = async function serve(t, app, mode) {
  const execArgv = mode === 'registered' ? ['--require', register] : [];
  const child = fork(path.join(__dirname, 'serve.js'), [app, mode], { execArgv });
  t.after(() => child.kill('SIGKILL'));
  const port = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${app} on ${mode} ended with ${code}`)));
  });
  return `http://127.0.0.1:${port}`;
};

/**
 * A test per mode that sends `requests` ({ path, method, headers, body }) to Node's and to ours.
 * Applications that make their server themselves have no `direct` mode.
 */
exports.compareWithNode = function compareWithNode(app, requests, { modes, skip } = {}) {
  for (const mode of modes ?? exports.modes) {
    test(`${app} answers on ${mode} as on Node`, { skip }, async (t) => {
      const [node, ours] = [await exports.serve(t, app, 'node'), await exports.serve(t, app, mode)];
      for (const request of requests) {
        const name = `${request.method ?? 'GET'} ${request.path} ${JSON.stringify(request.headers ?? {})}`;
        const expected = await send(node, request);
        await t.test(name, async () => {
          assert.deepStrictEqual(await send(ours, request), expected);
        });
      }
    });
  }
};

/** Twice by Node's own client: on a connection of its own, and on one kept from earlier requests. */
async function send(base, request) {
  return {
    alone: await sendOnce(base, request, false),
    kept: await sendOnce(base, request, keeping),
  };
}

const keeping = new http.Agent({ keepAlive: true, maxSockets: 1 });

function sendOnce(base, { path, method = 'GET', headers = {}, body }, agent) {
  // Both servers are named alike, so that an answer may quote the name.
  const options = { method, headers: { Host: 'example.test', ...headers }, agent, timeout: 60_000 };
  return new Promise((resolve, reject) => {
    const request = http.request(base + path, options, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const { statusCode, statusMessage, rawHeaders } = res;
        const text = Buffer.concat(chunks).toString('latin1');
        resolve({ statusCode, statusMessage, headers: comparable(rawHeaders), text });
      });
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('no answer in a minute')));
    request.end(body);
  });
}

/** Names and values in their order, but for what differs between any two moments. */
function comparable(rawHeaders) {
  const pairs = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    pairs.push([name, name.toLowerCase() === 'date' ? '(a date)' : rawHeaders[i + 1]]);
  }
  return pairs;
}
