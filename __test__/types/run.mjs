/**
 * `npm run test:types`: compiles the programs beside this file against index.d.ts, as CommonJS and
 * as ES modules, under the newest and an old @types/node. Nothing is run and nothing written.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, root } from '../../scripts/install.mjs';

ensureInstalled(root);
const tsc = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
let failed = 0;

for (const project of ['tsconfig.json', 'tsconfig.old-node.json']) {
  const path = fileURLToPath(new URL(project, import.meta.url));
  const { status } = spawnSync(process.execPath, [tsc, '--project', path], { stdio: 'inherit' });
  process.stdout.write(`${status === 0 ? ' ok ' : 'FAIL'} types, ${project}\n`);
  if (status !== 0) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;
