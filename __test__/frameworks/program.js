/**
 * The process of one program: `program.js <name or path> <node | registered>`. Prints what it saw as JSON.
 */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');

const [name, mode] = process.argv.slice(2);
assert.strictEqual(http.Server === require('../..').Server, mode === 'registered');

/** Makes a server listen; resolves to its URL. */
async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

/** One request by http.request: { status, headers, text }. */
async function send(url, { content, ...options } = {}) {
  const req = http.request(url, { agent: false, ...options });
  req.end(content);
  const [res] = await once(req, 'response');
  let text = '';
  for await (const chunk of res.setEncoding('utf8')) text += chunk;
  const { date, ...headers } = res.headers;
  return { status: res.statusCode, headers, text };
}

/** Of the error with which a promise fails, what does not differ between two runs. */
async function failureOf(promise) {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (reason) => reason,
  );
  return {
    name: error.name,
    code: error.code,
    message: error.message.replace(/\d{4,5}/g, '(port)'),
  };
}

const program = require(path.resolve(__dirname, 'programs', name));
program({ failureOf, listen, mode, send }).then((seen) => {
  process.stdout.write(JSON.stringify(seen), () => process.exit());
});
