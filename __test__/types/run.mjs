/**
 * `npm run test:types`: compiles the programs beside this file against index.d.ts and https.d.ts, as CommonJS and
 * as ES modules, under the newest and an old @types/node, with the project's TypeScript, the oldest that
 * @types/node supports, and the current one; then has attw and publint judge the packed package.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, root } from '../../scripts/install.mjs';

const require = createRequire(import.meta.url);
const { pack } = require('../packaging/npm.js');
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tools = here('compilers/node_modules');

ensureInstalled(root);
const hasTools = ensureInstalled(here('compilers/'));
const compilers = [require.resolve('typescript/lib/tsc.js')];
if (hasTools)
  for (const name of ['oldest', 'current']) compilers.push(join(tools, name, 'bin', 'tsc'));
let failed = 0;

for (const compiler of compilers)
  for (const project of ['tsconfig.json', 'tsconfig.old-node.json']) {
    const [, version] = spawnSync(process.execPath, [compiler, '--version'])
      .stdout.toString()
      .split(' ');
    report(`TypeScript ${version?.trim()}, ${project}`, compiler, ['--project', here(project)]);
  }

if (hasTools) judge();
else process.stdout.write('skip other versions of TypeScript, attw and publint: not installed\n');
process.exitCode = failed > 0 ? 1 : 0;

/** What others say of the packed package. */
function judge() {
  const folder = mkdtempSync(join(tmpdir(), 'rust-http-types-'));
  const { file } = pack(root, folder);
  const attw = join(tools, '@arethetypeswrong/cli/dist/index.js');
  report('attw', attw, [file, '--format', 'table-flipped', '--no-definitely-typed']);
  report('publint', join(tools, 'publint/src/cli.js'), ['run', file, '--strict']);
  rmSync(folder, { recursive: true });
}

function report(what, program, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) process.stdout.write(stdout + stderr);
  process.stdout.write(`${status === 0 ? ' ok ' : 'FAIL'} types, ${what}\n`);
  if (status !== 0) failed += 1;
}
