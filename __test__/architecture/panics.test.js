'use strict';
// No panic of the native side unwinds into C: what Node, libuv or the system calls contains it, or throws it.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const source = path.join(__dirname, '..', '..', 'src');
const text = fs
  .readdirSync(source, { recursive: true })
  .filter((file) => file.endsWith('.rs'))
  .map((file) => fs.readFileSync(path.join(source, file), 'utf8'))
  .join('\n');

test('a panic in a function that JavaScript calls is thrown', () => {
  const exported = [
    ...text.matchAll(/#\[(?:napi_derive::)?napi(?:\(([^\]]*)\))?\]\s*pub fn (\w+)/g),
  ];
  assert.ok(exported.length > 50);
  const open = exported.filter(([, options = '']) => !options.includes('catch_unwind'));
  assert.deepStrictEqual(
    open.map(([, , name]) => name),
    [],
  );
});

test('a panic in a function that C calls is contained', () => {
  const called = [...text.matchAll(/extern "C" fn (\w+)[^;{]*\{(.*?)^\}/gms)];
  assert.ok(called.length > 4);
  const open = called.filter(([, , body]) => !/\b(?:contain|catch_unwind)\(/.test(body));
  assert.deepStrictEqual(
    open.map(([, name]) => name),
    [],
  );
});
