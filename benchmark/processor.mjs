/** Processor time of another process, from /proc: user and system, of all its threads. */
import { readFileSync } from 'node:fs';

// The unit of /proc/PID/stat: 1/100 s on every Linux that Node runs on.
const secondsPerTick = 1 / 100;

/** Seconds so far; undefined outside Linux or when the process is gone. */
export function cpuSeconds(pid) {
  // The second field is the program's name in brackets and may hold spaces.
  const fields = readProc(pid, 'stat')
    ?.replace(/^.*\) /s, '')
    .split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) * secondsPerTick;
}

/** Resident memory in bytes. */
export function residentBytes(pid) {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status') ?? '');
  return match ? Number(match[1]) * 1024 : undefined;
}

function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
