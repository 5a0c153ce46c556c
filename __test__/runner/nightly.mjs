/**
 * A nightly compiler, for what only those can do: `cargo` itself where that is one, else the toolchain
 * that rustup calls `nightly`. Nothing is installed here.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../../scripts/install.mjs';

/** Resolves to { env, host, sysroot, version }, or to nothing. With `env`, `cargo` is the nightly's. */
export function findNightly() {
  for (const env of [{}, ofRustup()]) {
    const version = env && output('cargo', ['--version'], env);
    if (!version?.includes('nightly')) continue;
    return {
      env,
      version,
      sysroot: output('rustc', ['--print', 'sysroot'], env),
      host: /^host: (.+)$/m.exec(output('rustc', ['--version', '--verbose'], env))?.[1],
    };
  }
  return undefined;
}

/** The tools themselves in the place of rustup's: they call each other by name. */
function ofRustup() {
  const which = ['which', '--toolchain', 'nightly', 'cargo'];
  const cargo = output('rustup', which, { RUSTUP_AUTO_INSTALL: '0' });
  return cargo && { PATH: dirname(cargo) + delimiter + process.env.PATH };
}

/** Whether the standard library can be compiled, too. */
export function hasSource({ sysroot }) {
  return existsSync(join(sysroot, 'lib/rustlib/src/rust/library/Cargo.lock'));
}

/** What a command says, or '' where it fails. */
export function output(command, args, env) {
  const all = { ...process.env, ...env };
  const result = spawnSync(command, args, { cwd: root, env: all, encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : '';
}

/**
 * What a script that needs more than the tests ends with. Where nothing may be left out, as in a run
 * of CI, that something is missing is a failure.
 */
export function leaveOut(tally, what, reason) {
  if (process.env.CI) tally.fail(what, reason);
  else {
    tally.add({ skipped: 1 });
    process.stdout.write(`left out: ${what}: ${reason}\n`);
  }
}
