'use strict';
// The shape of the JavaScript side, held against docs/architecture.md: a room uses the rooms that the
// table allows it, files form no circle, and none is long.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const root = path.join(__dirname, '..', '..');
const lib = path.join(root, 'lib');
/** Generated from Rust, or by the builder. */
const generated = ['wire/layout.js', 'wire/binding.js', 'bundle/core.js', 'bundle/later.js'];
const LONGEST = 450;

const files = fs
  .readdirSync(lib, { recursive: true })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => file.endsWith('.js') && !generated.includes(file));
const roomOf = (file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : 'lib');

/** The files of `lib` that this one requires. */
function requiredBy(file) {
  const text = fs.readFileSync(path.join(lib, file), 'utf8');
  const folder = path.posix.dirname(file);
  return [...text.matchAll(/require\('(\.[^']+)'\)/g)]
    .map(([, name]) => path.posix.join(folder, name))
    .filter((name) => !name.startsWith('..'))
    .map((name) => (name.endsWith('.js') ? name : `${name}.js`))
    .filter((name) => !generated.includes(name));
}

/** Rooms by name, each with those it may use, from the table under "Rooms". */
function allowedArrows() {
  const page = fs.readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `lib(?:\/(\w+))?` \|[^|]*\|([^|]*)\|$/gm)];
  return new Map(
    rows.map(([, room = 'lib', uses]) => [
      room,
      [...uses.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    ]),
  );
}

test('each room uses only the rooms that the page allows', () => {
  const allowed = allowedArrows();
  const rooms = [...new Set(files.map(roomOf))].sort();
  assert.deepStrictEqual([...allowed.keys()].sort(), rooms);
  const wrong = files.flatMap((file) =>
    requiredBy(file)
      .filter((other) => roomOf(other) !== roomOf(file))
      .filter((other) => !allowed.get(roomOf(file)).includes(roomOf(other)))
      .map((other) => `${file} -> ${other}`),
  );
  assert.deepStrictEqual(wrong, []);
});

test('no file requires itself by way of others', () => {
  const done = new Set();
  const circles = [];
  const visit = (file, way) => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    if (way.includes(file) || done.has(file)) return;
    for (const other of requiredBy(file)) if (files.includes(other)) visit(other, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assert.deepStrictEqual(circles, []);
});

/** The files that run when the module is loaded: those that are required otherwise than by `later`. */
function loadedAtOnce() {
  const loaded = new Set();
  const visit = (file) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = fs.readFileSync(path.join(lib, file), 'utf8');
    const later = [...text.matchAll(/(?:later|entry)\(\(\) => require\('(\.[^']+)'\)\)/g)].map(
      ([, name]) => `${path.posix.join(path.posix.dirname(file), name)}.js`,
    );
    for (const other of requiredBy(file))
      if (!later.includes(other) && !generated.includes(other)) visit(other);
  };
  visit('exports.js');
  return loaded;
}

/** What index.js and register.js run by themselves, and what comes with the entry https.js. */
const isOfEntry = (file) =>
  ['files.js', 'load.js', 'register.js', 'node/https.js'].includes(file) ||
  roomOf(file) === 'https';

// Applications and test runners replace functions of Node's modules once they have loaded us.
test('what is loaded later takes nothing from Node by itself', () => {
  const atOnce = loadedAtOnce();
  const wrong = files
    .filter((file) => !atOnce.has(file) && !isOfEntry(file))
    .filter((file) =>
      /require\('(?![./])|globalThis/.test(fs.readFileSync(path.join(lib, file), 'utf8')),
    );
  assert.ok(atOnce.size < files.length, 'something is loaded later');
  assert.deepStrictEqual(wrong, []);
});

/** What takes the language's functions, and what is over before a program can replace them. */
const mayUseGlobals = ['base/primordials.js', 'load.js', 'register.js'];

// The same for what the language has. What is left open is in `__test__/loading/programs/readable.js`.
test('functions of the language come from primordials', () => {
  const USE =
    /\b(?:Array|ArrayBuffer|Buffer|Date|JSON|Math|Number|Object|Reflect|String|Symbol\.prototype)\.[a-z]\w*|\bnew (?:Map|Set|WeakMap|WeakSet)\b/g;
  const wrong = files
    .filter((file) => !mayUseGlobals.includes(file))
    .flatMap((file) => {
      const text = fs.readFileSync(path.join(lib, file), 'utf8');
      const code = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
      return [...code.matchAll(USE)].map(([use]) => `${file}: ${use}`);
    });
  assert.deepStrictEqual(wrong, []);
});

test(`no file has more than ${LONGEST} lines`, () => {
  const sources = fs
    .readdirSync(path.join(root, 'src'), { recursive: true })
    .filter((file) => file.endsWith('.rs'))
    .map((file) => path.join('src', file));
  const long = [...files.map((file) => path.join('lib', file)), ...sources]
    .map((file) => [file, fs.readFileSync(path.join(root, file), 'utf8').split('\n').length - 1])
    .filter(([, lines]) => lines > LONGEST);
  assert.deepStrictEqual(long, []);
});
