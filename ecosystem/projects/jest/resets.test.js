'use strict';

const exchange = require('../exchange');

test('an exchange with each new instance of the module', async () => {
  for (let i = 0; i < 5; i++) {
    jest.resetModules();
    expect(await exchange(require(process.env.SUBJECT))).toBe('content');
  }
});

test('instances side by side', async () => {
  let one;
  let other;
  jest.isolateModules(() => {
    one = require(process.env.SUBJECT);
  });
  jest.isolateModules(() => {
    other = require(process.env.SUBJECT);
  });
  expect(await Promise.all([exchange(one), exchange(other)])).toEqual(['content', 'content']);
});

test('a mocked module in the place of http does no harm', async () => {
  jest.doMock('node:http', () => ({ request: () => 'mocked' }));
  expect(require('node:http').request()).toBe('mocked');
  jest.dontMock('node:http');
  jest.resetModules();
  expect(await exchange(require(process.env.SUBJECT))).toBe('content');
});
