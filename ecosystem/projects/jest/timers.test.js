'use strict';

const exchange = require('../exchange');
const name = process.env.SUBJECT;

const fakes = {
  'modern fake timers': () => jest.useFakeTimers({ now: 0 }),
  'legacy fake timers': () => jest.useFakeTimers({ legacyFakeTimers: true }),
};

afterEach(() => jest.useRealTimers());

for (const [what, fake] of Object.entries(fakes)) {
  test(`an exchange under ${what}, ticks included`, async () => {
    const http = require(name);
    fake();
    expect(await exchange(http)).toBe('content');
  });

  test(`the same when the module is loaded behind them, ${what}`, async () => {
    fake();
    jest.resetModules();
    expect(await exchange(require(name))).toBe('content');
  });

  test(`an exchange behind ${what}`, async () => {
    const http = require(name);
    fake();
    await exchange(http);
    jest.useRealTimers();
    expect(await exchange(http)).toBe('content');
  });
}
