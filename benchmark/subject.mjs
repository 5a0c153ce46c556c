/** The parent's side of a measured process: starting it, and reading what the kernel knows of it. */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('serve.mjs', import.meta.url));
// The unit of /proc/PID/stat: 1/100 s on every Linux that Node runs on.
const secondsPerTick = 1 / 100;

export async function startSubject(contestant, workload) {
  const child = fork(script, [contestant, workload.name]);
  const port = await new Promise((resolve, reject) => {
    child.once('message', ({ port }) => resolve(port));
    child.once('exit', (code) =>
      reject(new Error(`${contestant} ended with ${code} before it listened`)),
    );
    child.once('error', reject);
  });
  const proc = (file) => readProc(`/proc/${child.pid}/${file}`);
  return {
    url: `http://127.0.0.1:${port}/`,
    /** Seconds of processor time so far, user and system, of all threads; undefined outside Linux. */
    cpuSeconds() {
      // The second field is the program's name in brackets and may hold spaces.
      const fields = proc('stat')
        ?.replace(/^.*\) /, '')
        .split(' ');
      return fields && (Number(fields[11]) + Number(fields[12])) * secondsPerTick;
    },
    /** Resident memory in bytes. */
    rss() {
      const match = /^VmRSS:\s+(\d+) kB/m.exec(proc('status') ?? '');
      return match ? Number(match[1]) * 1024 : undefined;
    },
    stop() {
      child.disconnect();
      return new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

function readProc(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
