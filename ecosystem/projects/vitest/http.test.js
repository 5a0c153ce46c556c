import { createRequire } from 'node:module';
import { afterEach, expect, test, vi } from 'vitest';
import exchange from '../exchange.js';

const require = createRequire(import.meta.url);
const { SUBJECT } = process.env;

afterEach(() => {
  vi.useRealTimers();
});

test('an exchange under fake timers', async () => {
  const http = require(SUBJECT);
  vi.useFakeTimers({ now: 0 });
  expect(await exchange(http)).toBe('content');
});

test('an exchange while timers, immediates and the clock are faked', async () => {
  const http = require(SUBJECT);
  vi.useFakeTimers({
    toFake: ['setTimeout', 'setImmediate', 'setInterval', 'Date', 'performance'],
  });
  expect(await exchange(http)).toBe('content');
});

test('the date of an answer behind fake timers is true', async () => {
  const http = require(SUBJECT);
  vi.useFakeTimers({ now: 0 });
  await exchange(http);
  vi.useRealTimers();
  const server = http.createServer((_req, res) => res.end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { headers } = await fetch(`http://127.0.0.1:${server.address().port}`);
  server.closeAllConnections();
  server.close();
  expect(Date.now() - Date.parse(headers.get('date'))).toBeLessThan(60_000);
});

test('an exchange behind a reset of the modules', async () => {
  for (let i = 0; i < 3; i++) {
    vi.resetModules();
    expect(await exchange(require(SUBJECT))).toBe('content');
  }
});
