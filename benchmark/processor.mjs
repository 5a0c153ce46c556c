/** Processor time of another process, from /proc: user and system, of all its threads. */
import { readdirSync, readFileSync } from 'node:fs';

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

/**
 * What a process has used so far: `seconds` of processor time of all its threads, `mainSeconds` of the one
 * that runs JavaScript, and `switches` to and from them. Of threads that have ended, nothing is known.
 * Not a number outside Linux.
 */
export function usage(pid) {
  const used = { seconds: 0, mainSeconds: 0, switches: 0 };
  for (const thread of threadsOf(pid)) {
    // Nanoseconds on a processor are the first number.
    const seconds = Number(readProc(pid, `task/${thread}/schedstat`)?.split(' ')[0] ?? 0) / 1e9;
    used.seconds += seconds;
    if (thread === String(pid)) used.mainSeconds = seconds;
    used.switches += switchesOf(readProc(pid, `task/${thread}/status`) ?? '');
  }
  return used.seconds > 0 ? used : { seconds: NaN, mainSeconds: NaN, switches: NaN };
}

/** The same of a process and all that it started and that lives, and their resident memory as `rss`. */
export function usageOfTree(pid) {
  const used = { ...usage(pid), rss: residentBytes(pid) ?? NaN };
  const children = threadsOf(pid).flatMap((thread) =>
    (readProc(pid, `task/${thread}/children`) ?? '').split(' ').filter(Boolean),
  );
  for (const part of children.map(usageOfTree))
    for (const name of Object.keys(used)) used[name] += part[name];
  return used;
}

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function switchesOf(status) {
  let sum = 0;
  for (const [, count] of status.matchAll(/ctxt_switches:\s+(\d+)/g)) sum += Number(count);
  return sum;
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
