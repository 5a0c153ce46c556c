'use strict';
// How the module is loaded: from a bundle that is as new as its files, or from the files; and what is loaded
// when it is first used, whatever the program has done meanwhile.
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const root = path.join(__dirname, '..', '..');
const limit = { timeout: 100_000 };
const bundles = ['core.js', 'later.js'].map((name) => path.join(root, 'lib', 'bundle', name));
const SOURCES = [
  ['its files', 'off'],
  ['the bundle', ''],
];

/** Runs Node; `source`: value of RUST_HTTP_BUNDLE. Returns its lines of output. */
function run(args, source = '', options = {}) {
  const { NODE_TEST_CONTEXT, ...env } = { ...process.env, RUST_HTTP_BUNDLE: source };
  const all = { encoding: 'utf8', timeout: 60_000, env, ...options };
  const { status, stderr, stdout } = spawnSync(process.execPath, args, all);
  assert.strictEqual(status, 0, stderr);
  return stdout.trim().split('\n');
}

/** Runs a program that prints a value as JSON. */
const evaluate = (program, ...more) => JSON.parse(run(['-e', program], ...more)[0]);

const LOADED = 'Object.keys(require.cache).map((file) => require("path").basename(file))';

for (const [name, source] of SOURCES)
  for (const way of ['replaced', 'deleted', 'frozen', 'forgotten'])
    test(`loaded from ${name}, first used when the world is ${way}`, limit, () => {
      assert.deepStrictEqual(run([path.join(__dirname, 'programs', 'late-use.js'), way], source), [
        '200 got content a=1,b=2 false',
        'ERR_INVALID_HTTP_TOKEN Method must be a valid HTTP token [" "]',
      ]);
    });

test('loaded from the bundle, used when the globals of the language are gone', limit, () => {
  const lines = run([path.join(__dirname, 'programs', 'late-use.js'), 'bare']);
  assert.strictEqual(lines[0], '200 got content a=1,b=2 false');
});

for (const [name, source] of SOURCES)
  test(
    `loaded from ${name} in a realm of its own, whose ticks, timers and clock are dead`,
    limit,
    () => {
      const [lines] = run([path.join(__dirname, 'programs', 'realm.js')], source);
      assert.deepStrictEqual(JSON.parse(lines), [
        ['content', true],
        ['content', true],
      ]);
    },
  );

test('bundle and files export the same', limit, () => {
  const program = `
    const describe = (value) => typeof value === 'function'
      ? [value.length, Reflect.ownKeys(value).map(String), Reflect.ownKeys(value.prototype ?? {}).map(String)]
      : typeof value;
    const api = require(${JSON.stringify(root)});
    console.log(JSON.stringify(Reflect.ownKeys(api).map((name) => {
      const { enumerable, value, get, set } = Object.getOwnPropertyDescriptor(api, name);
      return [String(name), enumerable, describe(value), Boolean(get), Boolean(set)];
    })));`;
  assert.deepStrictEqual(evaluate(program, ''), evaluate(program, 'off'));
});

test(
  'what is loaded at once is one file of a bundle, and the rest comes with the first use',
  limit,
  () => {
    const program = `
    const http = require(${JSON.stringify(root)});
    const before = ${LOADED};
    http.createServer();
    console.log(JSON.stringify([before, ${LOADED}]));`;
    const [before, after] = evaluate(program);
    const isScript = (name) => name.endsWith('.js');
    assert.deepStrictEqual(before.filter(isScript), ['index.js', 'load.js', 'core.js']);
    assert.deepStrictEqual(after.filter(isScript), ['index.js', 'load.js', 'core.js', 'later.js']);
  },
);

test('stacks name the files and lines of lib, with source maps', limit, () => {
  const program = `
    try { require(${JSON.stringify(root)}).request({ method: ' ' }); }
    catch (error) { console.log(JSON.stringify(error.stack)); }`;
  const [, place] = evaluate(program, '', {}).split('\n');
  assert.match(place, /lib.bundle.later\.js:\d+/);
  const text = run(['--enable-source-maps', '-e', program], '')[0];
  const [, file, line] = /at checkMethod \((.+?):(\d+):\d+\)/.exec(JSON.parse(text));
  assert.strictEqual(path.relative(root, file), path.join('lib', 'client', 'request-setup.js'));
  assert.match(fs.readFileSync(file, 'utf8').split('\n')[line - 1], /ERR_INVALID_HTTP_TOKEN/);
});

/** A copy of what a clone needs to be loaded, with times as they are here. */
function clone(t) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-clone-')));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const options = { recursive: true, preserveTimestamps: true };
  for (const name of ['index.js', 'package.json', 'lib', 'scripts'])
    fs.cpSync(path.join(root, name), path.join(folder, name), options);
  return folder;
}

/** The scripts that were loaded in a clone. */
const scriptsOf = (folder) =>
  evaluate(`require(${JSON.stringify(folder)}); console.log(JSON.stringify(${LOADED}));`).filter(
    (name) => name.endsWith('.js'),
  );

test('in a clone a changed file counts, and not the bundle', limit, (t) => {
  const folder = clone(t);
  const file = path.join(folder, 'lib', 'wire', 'layout.js');
  assert.ok(!scriptsOf(folder).includes('layout.js'));
  const { atime, mtime } = fs.statSync(file);
  fs.appendFileSync(file, '// of another size\n');
  fs.utimesSync(file, atime, mtime);
  assert.ok(scriptsOf(folder).includes('layout.js'));
  fs.writeFileSync(file, fs.readFileSync(path.join(root, 'lib', 'wire', 'layout.js')));
  const later = new Date(Date.now() + 10_000);
  fs.utimesSync(file, later, later);
  assert.ok(scriptsOf(folder).includes('layout.js'), 'of another time');
  fs.utimesSync(file, atime, mtime);
  assert.ok(!scriptsOf(folder).includes('layout.js'), 'as it was');
  fs.rmSync(path.join(folder, 'lib', 'bundle'), { recursive: true });
  assert.ok(scriptsOf(folder).includes('layout.js'), 'without a bundle');
});

test('the halves of two bundles do not go together', limit, (t) => {
  const folder = clone(t);
  const later = path.join(folder, 'lib', 'bundle', 'later.js');
  const text = fs.readFileSync(later, 'utf8').replace(/stamp = '\w+'/, "stamp = 'another'");
  fs.writeFileSync(later, text);
  const program = `
    const { createServer } = require(${JSON.stringify(folder)});
    try { createServer(); } catch (error) { console.log(JSON.stringify(error.message)); }`;
  assert.match(evaluate(program), /^rust-http was replaced while this process runs/);
});

test('the bundle is made of the files as they are', limit, () => {
  const before = bundles.map((file) => fs.readFileSync(file, 'utf8'));
  run([path.join(root, 'scripts', 'bundle.mjs')]);
  assert.deepStrictEqual(
    bundles.map((file) => fs.readFileSync(file, 'utf8')),
    before,
  );
});
