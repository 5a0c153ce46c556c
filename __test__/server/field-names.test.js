'use strict';
// Names of fields that no table knows: right whatever they are, and bounded however many there are.
const assert = require('node:assert');
const { test } = require('node:test');
const v8 = require('node:v8');
const vm = require('node:vm');
const http = require('../support/subject');
const { onBoth } = require('../support/transports');
const { lowerCase } = require('../../lib/wire/field-names');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

const ODD = [
  '__proto__',
  'Constructor',
  '123',
  '0',
  'toString',
  'HasOwnProperty',
  `X-${'Y'.repeat(200)}`,
];

test('names that objects have of their own are names like others', () => {
  for (let i = 0; i < 3; i++)
    for (const name of ODD) assert.strictEqual(lowerCase(name), name.toLowerCase());
});

test('a stranger may send any number of names', () => {
  const used = () => {
    gc();
    return process.memoryUsage().heapUsed;
  };
  for (let i = 0; i < 2000; i++) lowerCase(`X-Before-${i}`);
  const before = used();
  for (let i = 0; i < 200_000; i++) assert.strictEqual(lowerCase(`X-Name-${i}`), `x-name-${i}`);
  // Kept, they would be more than 20 MB.
  assert.ok(used() - before < 10_000_000, `${used() - before} bytes more`);
  assert.strictEqual(lowerCase('X-Name-1'), 'x-name-1');
});

onBoth('requests with names of every kind', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    res.end(JSON.stringify(Object.entries(req.headers)));
  });
  const client = await connect(server);
  const names = ODD.filter((name) => name !== '__proto__');
  for (let i = 0; i < 3; i++) {
    const lines = names.map((name) => `${name}: ${i}\r\n`).join('');
    client.send(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`);
    const got = new Map(JSON.parse((await client.response()).text));
    for (const name of names) assert.strictEqual(got.get(name.toLowerCase()), String(i));
  }
});
