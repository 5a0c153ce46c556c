'use strict';
// A timeout that passed while JavaScript was busy, and concerns nobody any more once it is told.
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const http = require('../support/subject');
const { turn } = require('../support/events');

const limit = { timeout: 20_000 };

/** A server that answers while the main thread is busy. */
async function serve(t) {
  const worker = new Worker(
    `const { parentPort } = require('worker_threads');
     require('http').createServer((req, res) => res.end('x'))
       .listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });`,
    { eval: true },
  );
  t.after(() => worker.terminate());
  const [port] = await once(worker, 'message');
  return { host: '127.0.0.1', port };
}

function beBusy(msecs) {
  const end = performance.now() + msecs;
  while (performance.now() < end);
}

/** Makes a request that has its answer; `sent` is called when the request has left. */
async function ask(options, sent) {
  const req = http.get(options);
  if (sent) req.on('finish', () => sent(req));
  const [res] = await once(req, 'response');
  res.resume();
  await new Promise((resolve) => req.on('close', resolve));
  return req;
}

test("a request's timeout does not close its connection after the answer", limit, async (t) => {
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const options = { ...(await serve(t)), agent };
  await ask(options);
  // The answer, then the timeout, come to be known in one go.
  const { socket } = await ask(options, (req) => {
    req.setTimeout(50);
    beBusy(300);
  });
  await turn();
  const next = await ask(options);
  assert.strictEqual(next.reusedSocket, true);
  assert.strictEqual(next.socket, socket);
});

test("the timeout of an idle connection is not the next request's", limit, async (t) => {
  const agent = new http.Agent({ keepAlive: true, timeout: 100 });
  t.after(() => agent.destroy());
  const options = { ...(await serve(t)), agent };
  await ask(options);
  let timeouts = 0;
  const asked = new Promise((resolve, reject) => {
    setImmediate(() => {
      beBusy(300);
      const req = http.get(options, (res) => res.resume().on('end', resolve));
      req.on('timeout', () => timeouts++).on('error', reject);
    });
  });
  await asked;
  assert.strictEqual(timeouts, 0);
});
