/**
 * `npm run check:install`: packs the module and its platform's package as a release has them, gives them to a
 * registry on this machine, and tries each way to install, bundle and load them. Writes the tables of
 * docs/installing.md.
 *
 *   npm run check:install -- yarn ncc   only ways whose name contains one of the words; writes nothing
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedVersion } from '../../benchmark/packages.mjs';
import { peerCommand, preparePeer } from '../../benchmark/peers.mjs';
import { bootstrap } from '../../scripts/build.mjs';
import { ensureInstalled } from '../../scripts/install.mjs';
import { releasePackages } from './packages.mjs';
import { startRegistry } from './registry.mjs';
import { WORKS, ways } from './ways.mjs';

const LIMIT = 120_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const page = join(here, '..', '..', 'docs', 'installing.md');
const hosts = ['bun', 'deno'];
const words = process.argv.slice(2);

bootstrap();
ensureInstalled(here);
for (const name of hosts) preparePeer(name);
const cleanups = [];
const packages = releasePackages({ after: (clean) => cleanups.push(clean) });
const registry = await startRegistry(Object.values(packages).flat());
try {
  const isChosen = ({ name }) => words.length === 0 || words.some((word) => name.includes(word));
  const rows = ways.filter(isChosen).map(attempt);
  if (words.length === 0) write(rows);
  if (rows.some(({ isRight }) => isRight === false)) process.exitCode = 1;
} finally {
  await registry.close();
  for (const clean of cleanups) clean();
}

/** Tries one way in a folder of its own. */
function attempt(way) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rust-http-install-')));
  const context = { folder, packages, registry: registry.url, ...commandsIn(folder) };
  const row = { ...way, ...outcome(way, context) };
  rmSync(folder, { recursive: true, force: true });
  const mark = { true: ' ok ', false: 'FAIL' }[row.isRight] ?? 'skip';
  console.log(`${mark} ${row.name} ${row.version}: ${row.result}`);
  return row;
}

function outcome(way, context) {
  const missing = way.needs?.();
  if (missing) return { version: '', result: `not tried: ${missing}` };
  let version = '';
  let output;
  try {
    version = way.version(context).trim();
    output = way.go(context);
  } catch (error) {
    output = error.message;
  }
  if (way.says) {
    const [said] = way.says.exec(output) ?? [];
    return { version, isRight: !!said, result: said ? `says “${said}…”` : output };
  }
  const lines = output.split('\n').filter((line) => /^answered by/.test(line));
  const isRight = lines.length > 0 && lines.every((line) => line === WORKS);
  return { version, isRight, result: isRight ? 'works' : output.slice(0, 2000) };
}

/** `run`: a command; `node`: this Node; `tool`: what package.json beside this file names. Each gives its output. */
function commandsIn(folder) {
  const bin = join(here, 'node_modules', '.bin');
  const { NODE_OPTIONS, npm_config_registry, ...rest } = process.env;
  const env = { ...rest, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
  const run = (command, args) => {
    const options = { cwd: folder, env, encoding: 'utf8', timeout: LIMIT };
    const { error, status, stdout, stderr } = spawnSync(command, args, options);
    if (error) throw error;
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    return stdout;
  };
  return {
    run,
    installed: (name) => installedVersion(here, name),
    node: (args) => run(process.execPath, args),
    tool: (name, args) => run(hosts.includes(name) ? peerCommand(name)[0] : join(bin, name), args),
  };
}

/** The tables of the page, between their marks. */
function write(rows) {
  const table = (head, body) =>
    [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const tried = rows.map(({ name, version, how, result }) => [
    version ? `${name} ${version}` : name,
    how,
    result.replaceAll('\n', ' ').replaceAll('|', '\\|').slice(0, 200),
  ]);
  const sizes = [packages.main, ...packages.platforms].map(({ manifest, size, unpackedSize }) => [
    `\`${manifest.name}\``,
    kilobytes(size),
    kilobytes(unpackedSize),
  ]);
  const date = new Date().toISOString().slice(0, 10);
  const where = `${date}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  const replace = (text, mark, content) =>
    text.replace(
      new RegExp(`<!-- ${mark} -->[^]*<!-- /${mark} -->`),
      () => `<!-- ${mark} -->\n\n${content}\n\n<!-- /${mark} -->`,
    );
  let text = readFileSync(page, 'utf8');
  text = replace(text, 'ways', `${table(['', 'how', where], tried)}`);
  text = replace(text, 'sizes', table(['package', 'packed', 'unpacked'], sizes));
  writeFileSync(page, text);
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1000)} kB`;
}
