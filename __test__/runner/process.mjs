/** Running one command with a time limit, its output passed on, and nothing of it left behind. */
import { spawn } from 'node:child_process';

const ownGroup = process.platform !== 'win32';
const running = new Set();

for (const signal of ['SIGINT', 'SIGTERM']) {
  // Children lead groups of their own, so the terminal's Ctrl-C does not reach them.
  process.once(signal, () => {
    for (const child of running) kill(child);
    process.exit(130);
  });
}

/** Resolves to { code, signal, timedOut, ms }; `write` gets each piece of output as it comes. */
export function runProcess(command, args, { limit, write, ...options }) {
  return new Promise((resolve) => {
    const begun = Date.now();
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: ownGroup,
      ...options,
    });
    running.add(child);
    let timedOut = false;
    const timer = setTimeout(
      () => {
        timedOut = true;
        kill(child);
      },
      Math.max(limit, 0),
    );
    child.stdout.on('data', (chunk) => write(chunk, 'stdout'));
    child.stderr.on('data', (chunk) => write(chunk, 'stderr'));
    // At its exit what it started and forgot is ended too; else 'close' would wait for the pipes.
    child.on('exit', () => kill(child));
    child.on('error', (error) => {
      write(`${command} did not start: ${error.message}\n`, 'stderr');
      settle(-1, null);
    });
    child.on('close', settle);

    function settle(code, signal) {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, signal, timedOut, ms: Date.now() - begun });
    }
  });
}

function kill(child) {
  if (child.pid === undefined) return;
  try {
    if (ownGroup) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}
