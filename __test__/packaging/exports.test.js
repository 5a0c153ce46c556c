'use strict';
// The names of the module beside those of Node's: which, in what order, and how they are defined.
const assert = require('node:assert');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const ours = require('../..');

const limit = { timeout: 60_000 };
/** In the newest Node; ours has them everywhere. */
const newest = [
  'isValidHeaderName',
  'isValidHeaderValue',
  'setGlobalProxyFromEnv',
  'websocketMask',
  'websocketUnmask',
  'WebSocket',
  'CloseEvent',
  'MessageEvent',
];
/** Only in the oldest documentation: never listed. */
const oldest = ['createClient', 'getAgent', 'ServerRequest', 'ClientResponse'];

test("Object.keys are Node's, in Node's order, and what newer Nodes add", limit, () => {
  const added = newest.filter((name) => !Object.hasOwn(nodeHttp, name));
  const listed = Object.keys(ours);
  assert.deepStrictEqual(
    listed.filter((name) => !added.includes(name)),
    Object.keys(nodeHttp),
  );
  for (const name of added) assert.ok(listed.includes(name), name);
});

test("each name is defined as Node's is", limit, () => {
  const shape = (module, name) => {
    const { configurable, enumerable, get, set, writable } = Object.getOwnPropertyDescriptor(
      module,
      name,
    );
    return { configurable, enumerable, writable, get: Boolean(get), set: Boolean(set) };
  };
  const theirs = Object.getOwnPropertyNames(nodeHttp);
  for (const name of theirs) assert.deepStrictEqual(shape(ours, name), shape(nodeHttp, name), name);
  const more = Object.getOwnPropertyNames(ours).filter((name) => !theirs.includes(name));
  assert.deepStrictEqual(
    more.filter((name) => !newest.includes(name)),
    oldest,
  );
});

test('import has every name of Node, with the values of require', limit, async () => {
  const names = await import('../../index.js');
  assert.strictEqual(names.default, ours);
  const theirs = Object.keys(await import('node:http'));
  assert.deepStrictEqual(
    theirs.filter((name) => !(name in names)),
    [],
  );
  for (const name of theirs.filter((name) => name !== 'default' && !newest.includes(name)))
    assert.strictEqual(names[name], ours[name], name);
  for (const name of newest) assert.ok(name in names, name);
});
