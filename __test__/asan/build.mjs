/** What runs under the address sanitizer: its runtime, the addon, and what all of cargo is told. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, compileLibrary, ensureLoader } from '../../scripts/build.mjs';
import { root } from '../../scripts/install.mjs';
import { runOrThrow } from './command.mjs';

/** Apart from the normal build, which stays as it is. */
export const folder = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'asan');

const FLAGS = ['-Zsanitizer=address', '-Cforce-frame-pointers=yes'];

/** Arguments and environment for each call of cargo. */
export function settings(nightly, { withStd }) {
  return {
    // With a target named, the flags are for what runs there, and not for build scripts and macros.
    args: ['--target', nightly.host, ...(withStd ? ['-Zbuild-std'] : [])],
    env: {
      ...nightly.env,
      CARGO_TARGET_DIR: folder,
      CARGO_ENCODED_RUSTFLAGS: FLAGS.join('\x1f'),
      CARGO_ENCODED_RUSTDOCFLAGS: FLAGS.join('\x1f'),
      // Not the release: overflows are checked, and a report has names and lines.
      CARGO_PROFILE_DEV_OPT_LEVEL: '1',
      CARGO_PROFILE_DEV_DEBUG: 'line-tables-only',
      CARGO_INCREMENTAL: '0',
    },
  };
}

/** The addon, by a name that `require` takes for one. Throws BuildError. */
export function buildAddon({ args, env }) {
  const library = compileLibrary(args, { env: { ...process.env, ...env } });
  const addon = join(folder, 'rust-http.node');
  copyFileSync(library, addon);
  if (!readFileSync(addon).includes('__asan_report_load'))
    throw new BuildError('the addon was built without the sanitizer');
  ensureLoader();
  return addon;
}

/**
 * The compiler brings its runtime for executables only, as an archive. Node has to have it before
 * anything else, so it becomes a library to preload. (Named `libasan`, it would take itself for
 * another's runtime.) Throws BuildError.
 */
export function buildRuntime({ sysroot, host }) {
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, 'runtime.a');
  const library = join(folder, 'runtime.so');
  copyFileSync(join(sysroot, 'lib/rustlib', host, 'lib/librustc-nightly_rt.asan.a'), archive);
  // Its start in executables; here the loader calls it.
  runOrThrow('ar', ['d', archive, 'asan_preinit.cpp.o']);
  runOrThrow('cc', [
    ...['-shared', '-o', library, '-Wl,-init=__asan_init'],
    ...['-Wl,--whole-archive', archive, '-Wl,--no-whole-archive'],
    ...['-lpthread', '-ldl', '-lm', '-lrt'],
  ]);
  return library;
}

/** An addon that reads freed memory as soon as it is loaded. */
export function buildFault({ host, env }) {
  const library = join(folder, 'fault.node');
  const source = join(root, '__test__/asan/fault.rs');
  const args = ['--crate-type', 'cdylib', '--edition', '2024', '-O', '--target', host];
  runOrThrow('rustc', [...args, ...FLAGS, '-o', library, source], env);
  return library;
}
