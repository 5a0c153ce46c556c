'use strict';
// The table "Where a documented member is" of docs/architecture.md: each member is in the file that it names, and
// each public name of the module is in the table.
process.env.RUST_HTTP_BUNDLE = 'off';
const assert = require('node:assert');
const fs = require('node:fs');
const { Session } = require('node:inspector');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { test } = require('node:test');
const http = require('../..');
const https = require('../../https');
const { post } = require('../../scripts/inspector');

const root = path.join(__dirname, '..', '..');
const page = fs.readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8');
const [, section] = page.split('## Where a documented member is\n');
/** The rows, as what the members are of, their names, and the file. */
const rows = [
  ...section.split('\n## ')[0].matchAll(/^\| `([\w.]+)` \| (.+) \| `([\w./-]+)` \|$/gm),
].map(([, of, names, file]) => ({
  of,
  names: [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  file,
}));

/** The objects whose members a row is about: the module, or a class's prototype. */
function ownerOf(of) {
  const [module, Class] = of.split('.');
  const api = { http, https }[module];
  return Class === undefined ? api : api[Class].prototype;
}

const session = new Session();
session.connect();
const urls = new Map();
session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));

post(session, 'Debugger.enable');

/** The URL of the script in which a function was written. */
function scriptOf(f) {
  globalThis.looked = f;
  const { result } = post(session, 'Runtime.evaluate', { expression: 'globalThis.looked' });
  const { internalProperties } = post(session, 'Runtime.getProperties', {
    objectId: result.objectId,
  });
  const place = internalProperties.find(({ name }) => name === '[[FunctionLocation]]');
  delete globalThis.looked;
  return urls.get(place?.value.value.scriptId) ?? '';
}

/** The file of this package in which the member `name` of `owner` is a function; undefined if it is none. */
function definitionOf(owner, name) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  const f = descriptor?.get ?? descriptor?.value;
  if (typeof f !== 'function') return undefined;
  const url = scriptOf(f);
  if (url === '' || url.startsWith('node:')) return undefined;
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  return path.relative(root, file).split(path.sep).join('/');
}

test('the table has its rows', () => {
  assert.ok(rows.length > 20, `${rows.length} rows`);
});

test('each member is in the file that the table names', () => {
  const wrong = [];
  for (const { of, names, file } of rows) {
    const text = fs.readFileSync(path.join(root, file), 'utf8');
    for (const name of names) {
      const event = /^'(\w+)'$/.exec(name)?.[1];
      const place = event === undefined ? definitionOf(ownerOf(of), name) : undefined;
      if (place !== undefined && place !== file) wrong.push(`${of} ${name}: ${place}`);
      if (!new RegExp(`\\b${event ?? name}\\b`).test(text)) wrong.push(`${of} ${name}: ${file}`);
    }
  }
  assert.deepStrictEqual(wrong, []);
});

// What is done with listeners is net.Server's, and the two objects below are Node's.
const elsewhere = new Set(Object.getOwnPropertyNames(require('node:events').prototype));
for (const name of ['constructor', 'METHODS', 'STATUS_CODES', 'isPlainConnection'])
  elsewhere.add(name);

test('each public name is in the table', () => {
  const known = (of) =>
    new Set(rows.filter((row) => row.of.endsWith(of)).flatMap(({ names }) => names));
  const missing = [];
  const check = (of, owner) => {
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (name.startsWith('_') || elsewhere.has(name)) continue;
      // A class is in the row of its members; what https shares with http is in the rows of http.
      const places = [of, `http.${name}`, of.replace('https', 'http')];
      if (!places.some((place) => known(place).has(name))) missing.push(`${of} ${name}`);
    }
  };
  check('http', http);
  check('https', https);
  for (const of of new Set(rows.map((row) => row.of))) if (of.includes('.')) check(of, ownerOf(of));
  assert.deepStrictEqual(missing, []);
});
