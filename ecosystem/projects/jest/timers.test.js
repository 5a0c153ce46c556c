'use strict';

const exchange = require('../exchange');
const http = require(process.env.SUBJECT);

afterEach(() => jest.useRealTimers());

test('an exchange while everything but ticks is faked', async () => {
  jest.useFakeTimers({ now: 0, doNotFake: ['nextTick'] });
  expect(await exchange(http)).toBe('content');
});

test('an exchange under legacy fake timers, with ticks as they are', async () => {
  const { nextTick } = process;
  jest.useFakeTimers({ legacyFakeTimers: true });
  process.nextTick = nextTick;
  expect(await exchange(http)).toBe('content');
});

test('an exchange behind fake timers', async () => {
  jest.useFakeTimers({ now: 0, doNotFake: ['nextTick'] });
  await exchange(http);
  jest.useRealTimers();
  expect(await exchange(http)).toBe('content');
});
