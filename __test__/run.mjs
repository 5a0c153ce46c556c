/**
 * `npm test`: installs and builds what is missing, runs the Rust tests at each feature level, then
 * the JavaScript suite, and ends in one line of counts that adds both.
 *
 *   npm test                     everything
 *   npm test -- server agent     only the JavaScript files whose path contains one of the words
 *   npm test -- --js | --rust    one half
 *   --jobs N     JavaScript files at a time (default: the cores; their output then comes file by file),
 *                except those that say `// @alone` because they measure
 *   --timeout S  seconds for one file (default 240; a file may ask for more with `// @timeout 300`)
 *   --limit M    minutes for the whole run (default 60)
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BuildError, bootstrap } from '../scripts/build.mjs';
import { runCargo } from './runner/cargo.mjs';
import { runNode } from './runner/node.mjs';
import { Tally } from './runner/tally.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    js: { type: 'boolean' },
    rust: { type: 'boolean' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    timeout: { type: 'string', default: '240' },
    limit: { type: 'string', default: '60' },
  },
});

const everything = !values.js && !values.rust;
const tally = new Tally();
const deadline = Date.now() + Number(values.limit) * 60_000;

// A word that filters names JavaScript files; the Rust half then has to be asked for.
if (values.rust || (everything && positionals.length === 0)) {
  await runCargo({ tally, deadline });
}
if (values.js || everything) {
  try {
    bootstrap();
    const options = {
      words: positionals,
      jobs: Number(values.jobs),
      timeout: Number(values.timeout) * 1000,
    };
    await runNode({ tally, deadline, ...options });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    tally.fail('the addon', error.message);
  }
}

process.stdout.write(tally.report());
process.exitCode = tally.failed > 0 || tally.total === 0 ? 1 : 0;
