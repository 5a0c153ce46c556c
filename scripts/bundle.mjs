/**
 * Writes the files of `lib` into two that load faster, `lib/bundle/core.js` and `later.js`, with source
 * maps. The first holds what index.js needs at once; the second what is behind a `later(() => require(…))`
 * or `entry(() => require(…))` alone. Each file stays a function of its own, which runs when it is first
 * required.
 *
 *   node scripts/bundle.mjs
 *
 * The builder runs it (`npm run build`, `npm test`, `npm start`), and npm before it packs. In a clone
 * index.js leaves a bundle aside that is older than a file it was made from.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const lib = fileURLToPath(new URL('../lib/', import.meta.url));
const folder = `${lib}bundle/`;
const ENTRY = 'exports.js';
/** What has to lie beside the addon. */
const LEFT_OUT = ['wire/binding.js'];

const REQUIRE = /((?:later|entry)\(\(\) => )?require\('(\.[^']+)'\)/g;
const read = (path) => readFileSync(lib + path, 'utf8');

/** The path, from lib, of what a file requires. */
function resolve(from, name) {
  const path = posix.join(posix.dirname(from), name);
  return /\.(js|json|node)$/.test(path) ? path : `${path}.js`;
}

const isBundled = (path) =>
  path.endsWith('.js') && !path.startsWith('..') && !LEFT_OUT.includes(path);

/** The files that are reached from `entries`; `waits`: also what is loaded later. */
function reach(entries, waits) {
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const [, later, name] of read(path).matchAll(REQUIRE)) {
      const other = resolve(path, name);
      if (isBundled(other) && (waits || later === undefined)) visit(other);
    }
  };
  for (const entry of entries) visit(entry);
  return reached;
}

/**
 * The lines that hold code, each with its number and the column at which it begins: without empty ones,
 * indentation, and comments that have lines of their own.
 */
function linesOfCode(path, text) {
  const lines = [];
  let isComment = false;
  let isTemplate = false;
  text.split('\n').forEach((full, number) => {
    const trimmed = full.trim();
    const begins = !isComment && /^(\/\/|\/\*)/.test(trimmed);
    if (begins && isTemplate) throw new Error(`${path}: a comment or a text? ${full}`);
    if (begins || isComment) {
      if (begins && trimmed.startsWith('//')) return;
      isComment = !trimmed.includes('*/');
      if (!isComment && !trimmed.endsWith('*/')) throw new Error(`${path}: code behind ${full}`);
    } else if (isTemplate) {
      lines.push({ code: full, number, column: 0 });
    } else if (trimmed !== '' && trimmed !== "'use strict';") {
      lines.push({ code: full.trimStart(), number, column: full.length - full.trimStart().length });
    }
    // Without classes of regular expressions, which may name the character.
    const marks = isComment ? null : full.replaceAll(/\[(\\.|[^\]\\])*\]/g, '').match(/(?<!\\)`/g);
    if (marks !== null && !begins && marks.length % 2 === 1) isTemplate = !isTemplate;
  });
  return lines;
}

/** A file's text with what it requires as it is in a bundle. */
function linked(path) {
  return read(path)
    .replaceAll(REQUIRE, (_all, later = '', name) => `${later}${loading(resolve(path, name))}`)
    .replaceAll(
      /(require(?:\.resolve)?)\((['`])(\.[^'`]+)/g,
      (_all, call, quote, name) => `${call}(${quote}../${posix.join(posix.dirname(path), name)}`,
    );
}

function loading(path) {
  if (isBundled(path)) return `load('${path}')`;
  if (path !== '../package.json') return `require('../${path}')`;
  return JSON.stringify({ version: JSON.parse(read(path)).version });
}

const VLQ = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A number as source maps write it. */
function vlq(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    text += VLQ[(rest & 31) | (rest > 31 ? 32 : 0)];
    rest >>>= 5;
  } while (rest > 0);
  return text;
}

/** Text and source map of a bundle: `head`, the files as functions by path, `tail`. */
function join(name, paths, head, tail) {
  const lines = [...head];
  const mappings = head.map(() => '');
  let last = { source: 0, number: 0, column: 0 };
  paths.forEach((path, source) => {
    lines.push(`'${path}': (function (module) {`);
    mappings.push('');
    for (const { code, number, column } of linesOfCode(path, linked(path))) {
      const steps = [source - last.source, number - last.number, column - last.column];
      lines.push(code);
      mappings.push(`A${steps.map(vlq).join('')}`);
      last = { source, number, column };
    }
    lines.push('}),');
    mappings.push('');
  });
  lines.push(...tail, `//# sourceMappingURL=${name}.map`, '');
  const map = {
    version: 3,
    file: name,
    sources: paths.map((path) => `../${path}`),
    names: [],
    mappings: mappings.join(';'),
  };
  return { text: lines.join('\n'), map: JSON.stringify(map) };
}

/**
 * What of the globals the bundles keep from the moment when the first is loaded, as Node's own modules do:
 * what a program replaces or deletes later is its own matter.
 */
const KEPT = `{ ${[
  'Array, ArrayBuffer, Boolean, Buffer, DataView, Error, FinalizationRegistry, Float64Array, Function, JSON',
  'Map, Math, Number, Object, Promise, Proxy, RangeError, Reflect, RegExp, Set, String, Symbol, TypeError',
  'URL, Uint32Array, Uint8Array, WeakMap, WeakRef, WeakSet, decodeURIComponent, isNaN, parseInt, process',
].join(', ')} }`;

const NOTE = '// Written by scripts/bundle.mjs from the files of lib: do not edit.';

/** The first bundle: the files that are needed at once, and the function that loads any. */
function coreBundle(paths, stamp, sizes) {
  const head = [
    "'use strict';",
    NOTE,
    `const ${KEPT} = globalThis;`,
    'const files = { __proto__: null,',
  ];
  const tail = [
    '};',
    'const loaded = { __proto__: null };',
    'function addLater() {',
    "const later = require('./later.js');",
    `if (later.stamp !== '${stamp}')`,
    "throw new Error('rust-http was replaced while this process runs: start it anew');",
    `Object.assign(files, later.link(load, ${KEPT}));`,
    '}',
    'function load(path) {',
    'if (loaded[path] === undefined) {',
    'if (files[path] === undefined) addLater();',
    'loaded[path] = { exports: {} };',
    'files[path](loaded[path]);',
    '}',
    'return loaded[path].exports;',
    '}',
    `module.exports = { load, files: ${JSON.stringify(sizes)} };`,
  ];
  return join('core.js', paths, head, tail);
}

/** The second: what is loaded when it is first used. */
function laterBundle(paths, stamp) {
  const head = [
    "'use strict';",
    NOTE,
    `module.exports.link = (function (load, ${KEPT}) { return { __proto__: null,`,
  ];
  return join('later.js', paths, head, ['}; });', `module.exports.stamp = '${stamp}';`]);
}

/** Renamed into place, so that nobody reads half of it; what is right is only marked as fresh. */
function write(name, text) {
  const file = folder + name;
  const now = new Date();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) {
    utimesSync(file, now, now);
    return;
  }
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

export function bundle() {
  const core = [...reach([ENTRY], false)].sort();
  const later = [...reach([ENTRY], true)].filter((path) => !core.includes(path)).sort();
  const all = ['../package.json', ...core, ...later];
  const stamp = createHash('sha256').update(all.map(read).join('\0')).digest('hex').slice(0, 16);
  const sizes = all.map((path) => [path, statSync(lib + path).size]);
  const first = coreBundle(core, stamp, sizes);
  const second = laterBundle(later, stamp);
  mkdirSync(folder, { recursive: true });
  write('later.js', second.text);
  write('later.js.map', second.map);
  write('core.js.map', first.map);
  write('core.js', first.text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) bundle();
