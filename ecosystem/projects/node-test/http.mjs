import assert from 'node:assert';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import exchange from '../exchange.js';

const http = createRequire(import.meta.url)(process.env.SUBJECT);

for (const apis of [['setTimeout'], ['setInterval', 'setImmediate'], ['Date'], undefined]) {
  test(`an exchange while ${apis ?? 'all'} is mocked`, async (t) => {
    t.mock.timers.enable(apis && { apis });
    assert.strictEqual(await exchange(http), 'content');
    t.mock.timers.reset();
    assert.strictEqual(await exchange(http), 'content');
  });
}

test('a timeout of a request does not come from mocked time', async (t) => {
  const server = http.createServer((_req, res) => void setTimeout(() => res.end('late'), 1000));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const text = new Promise((resolve, reject) => {
    const { port } = server.address();
    const req = http.get({ port, host: '127.0.0.1', timeout: 5000, agent: false }, (res) => {
      res.setEncoding('utf8').on('data', resolve);
    });
    req.on('timeout', () => reject(new Error('timeout')));
  });
  await new Promise((resolve) => server.once('request', resolve));
  t.mock.timers.tick(1000);
  assert.strictEqual(await text, 'late');
  t.mock.timers.reset();
  server.close();
});
