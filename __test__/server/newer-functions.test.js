'use strict';
// Functions that Node's http has from 26.12 on; ours on every Node.
const assert = require('node:assert');
const { test } = require('node:test');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');

const options = {
  skip: onNodeHttp && !http.isValidHeaderName && "Node's own http has them from 26.12 on",
};

test('names of fields', options, () => {
  for (const name of ['a', 'X-Y', '!#$%&']) assert.strictEqual(http.isValidHeaderName(name), true);
  for (const name of ['', 'a b', 'a:', 'ä', 1, null, undefined])
    assert.strictEqual(http.isValidHeaderName(name), false);
});

test('values of fields', options, () => {
  for (const value of ['', 'a b', '\t', 1, null, ['a']])
    assert.strictEqual(http.isValidHeaderValue(value), true);
  for (const value of ['a\n', '\0', '\u0100', undefined, Symbol('a')])
    assert.strictEqual(http.isValidHeaderValue(value), false);
  const relaxed = { httpValidation: 'relaxed' };
  assert.strictEqual(http.isValidHeaderValue('\u0001', relaxed), true);
  assert.strictEqual(http.isValidHeaderValue('\u0001', { httpValidation: 'strict' }), false);
  assert.strictEqual(http.isValidHeaderValue('a\n', relaxed), false);
  for (const httpValidation of ['insecure', 'other'])
    assert.throws(() => http.isValidHeaderValue('a', { httpValidation }), {
      code: 'ERR_INVALID_ARG_VALUE',
    });
  assert.throws(() => http.isValidHeaderValue('a', 1), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('masking of WebSocket payloads', options, () => {
  const mask = Buffer.from([1, 2, 3, 4]);
  const output = Buffer.alloc(8);
  http.websocketMask(Buffer.from([0, 0, 0, 0, 0, 9]), mask, output, 1, 5);
  assert.deepStrictEqual([...output], [0, 1, 2, 3, 4, 1, 0, 0]);
  http.websocketUnmask(output.subarray(1, 6), mask);
  assert.deepStrictEqual([...output], [0, 0, 0, 0, 0, 0, 0, 0]);
  const short = { code: 'ERR_OUT_OF_RANGE' };
  assert.throws(() => http.websocketMask(mask, mask, output, 6, 4), short);
  assert.throws(() => http.websocketMask(mask, mask, output, 9, 0), short);
  assert.throws(() => http.websocketMask(mask, mask, output, 0, 5), short);
  assert.throws(() => http.websocketUnmask('text', mask), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => http.websocketUnmask(output, Buffer.alloc(3)), {
    code: 'ERR_INVALID_ARG_VALUE',
  });
});
