/** Running a command of the set-up, whose output matters when it fails. */
import { spawnSync } from 'node:child_process';
import { BuildError } from '../../scripts/build.mjs';
import { root } from '../../scripts/install.mjs';

export function runOrThrow(command, args, env) {
  const options = { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8' };
  const { error, status, stderr } = spawnSync(command, args, options);
  if (error) throw new BuildError(`${command} did not start: ${error.message}`);
  if (status !== 0) throw new BuildError(`${command} failed:\n${stderr}`);
}
