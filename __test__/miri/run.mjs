/**
 * `npm run test:miri`: the Rust tests of the rooms without sockets and without Node, in an interpreter
 * that sees what the compiler may assume and the machine does not check. Ends in one line of counts,
 * as `npm test` does.
 *
 * Needs a nightly compiler with the components miri and rust-src. Tests take a hundred times as long
 * there; those with many cases have fewer (`cfg!(miri)`), those with many bytes are left out.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/install.mjs';
import { runCargo } from '../runner/cargo.mjs';
import { findNightly, hasSource, leaveOut, output } from '../runner/nightly.mjs';
import { Tally } from '../runner/tally.mjs';

const { values } = parseArgs({ options: { limit: { type: 'string', default: '100' } } });
const tally = new Tally();
const nightly = findNightly();

if (!nightly) leaveOut(tally, 'Miri', 'there is no nightly compiler');
else if (output('cargo', ['miri', '--version'], nightly.env) === '')
  leaveOut(tally, 'Miri', 'the nightly compiler has no component miri');
else if (!hasSource(nightly)) leaveOut(tally, 'Miri', 'the nightly compiler has no rust-src');
else {
  process.stdout.write(`== ${nightly.version}, Miri\n`);
  await runCargo({
    tally,
    deadline: Date.now() + Number(values.limit) * 60_000,
    of: ['pure rooms'],
    command: ['miri', 'test'],
    args: ['--lib'],
    env: {
      ...nightly.env,
      CARGO_TARGET_DIR: join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'miri'),
      // Some read files of the repository.
      MIRIFLAGS: `-Zmiri-disable-isolation ${process.env.MIRIFLAGS ?? ''}`.trim(),
    },
  });
}

process.stdout.write(tally.report());
process.exitCode = tally.failed > 0 || tally.total === 0 ? 1 : 0;
