/**
 * The load: wrk where it is installed (it takes least of a small machine from the server), else
 * autocannon from npm. Both give { requests, seconds, p50Micros, p99Micros, errors, busy }, where
 * `busy` is the generator's own share of a core: near 1 it measures itself, not the server.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError } from '../scripts/build.mjs';
import { ensureInstalled } from '../scripts/install.mjs';
import { lightProgram } from './neutral.mjs';
import { cpuSeconds } from './processor.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
// A generator that does not end by itself is ended so many seconds later.
const grace = 30;
// wrk fills up its latencies by how many answers came, and notes one latency for each write: with
// several requests in a write its percentiles are of its own making.
const noLatency = { p50Micros: undefined, p99Micros: undefined };

export function pickLoadGenerator() {
  // wrk without arguments shows its usage; what matters is that it starts.
  if (!spawnSync('wrk', ['--version']).error) return { name: 'wrk', run: runWrk };
  if (!ensureInstalled(folder))
    throw new BuildError('no load generator: install wrk or let npm reach its registry');
  return { name: 'autocannon', run: runAutocannon };
}

/** The one for requests at random moments; see limit/. */
export const randomGenerator = { name: 'light', run: runRandom };

async function runRandom(url, { connections, rate }, seconds) {
  const args = [new URL(url).port, connections, rate, seconds].map(String);
  const { stdout, busy } = await execute(lightProgram(), args, seconds);
  return { ...JSON.parse(stdout), busy };
}

/** The one for servers over TLS, the same everywhere. */
export const secureGenerator = { name: 'secure-load.mjs', run: runSecure };

async function runSecure(url, load, seconds) {
  return await withBodyFile(load.body, async (bodyFile) => {
    const { connections, headers, method } = load;
    const args = [connections, seconds, method, bodyFile, ...Object.entries(headers).flat()];
    return await runOwn('secure-load.mjs', url, args, seconds);
  });
}

/** The one whose connections are all resumed. */
export const resumedGenerator = { name: 'secure-resumed.mjs', run: runResumed };

async function runResumed(url, { connections }, seconds) {
  return await runOwn('secure-resumed.mjs', url, [connections, seconds], seconds);
}

/** `randomGenerator` over TLS. */
export const secureRandomGenerator = { name: 'secure-light.mjs', run: runSecureRandom };

async function runSecureRandom(url, { connections, rate }, seconds) {
  return await runOwn('secure-light.mjs', url, [connections, rate, seconds], seconds);
}

/** A generator of this folder, which takes the port first, and prints its result. */
async function runOwn(file, url, args, seconds) {
  const all = [join(folder, file), new URL(url).port, ...args];
  const { stdout, busy } = await execute(process.execPath, all.map(String), seconds);
  return { ...JSON.parse(stdout), busy };
}

async function runWrk(url, load, seconds) {
  return await withBodyFile(load.body, async (bodyFile) => {
    const args = [
      '--threads',
      '1',
      '--connections',
      String(load.connections),
      '--duration',
      `${seconds}s`,
    ];
    args.push('--timeout', '10s', '--script', join(folder, 'wrk.lua'), url, '--');
    args.push(load.method, String(load.pipeline), bodyFile);
    for (const [name, value] of Object.entries(load.headers)) args.push(name, value);
    const { stdout, busy } = await execute('wrk', args, seconds);
    const [, json] = /^RESULT (.*)$/m.exec(stdout) ?? [];
    if (!json) throw new Error(`wrk gave no result:\n${stdout}`);
    return { ...JSON.parse(json), ...(load.pipeline > 1 && noLatency), busy };
  });
}

async function runAutocannon(url, load, seconds) {
  return await withBodyFile(load.body, async (bodyFile) => {
    const args = [
      join(folder, 'node_modules', 'autocannon', 'autocannon.js'),
      '--json',
      '--no-progress',
    ];
    args.push('--connections', String(load.connections), '--pipelining', String(load.pipeline));
    args.push('--duration', String(seconds), '--method', load.method);
    if (load.body) args.push('--input', bodyFile);
    for (const [name, value] of Object.entries(load.headers))
      args.push('--headers', `${name}=${value}`);
    const { stdout, busy } = await execute(process.execPath, [...args, url], seconds);
    const result = JSON.parse(stdout);
    return {
      requests: result['2xx'],
      seconds: result.duration,
      p50Micros: result.latency.p50 * 1000,
      p99Micros: result.latency.p99 * 1000,
      errors: result.errors + result.timeouts + result.non2xx,
      busy,
    };
  });
}

function execute(command, args, seconds) {
  return new Promise((resolve, reject) => {
    let busy;
    const options = { maxBuffer: 1 << 26, timeout: (seconds + grace) * 1000 };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      clearTimeout(timer);
      const reason = () => stderr.trim() || (error.signal ?? error.code);
      if (error) reject(new Error(`the load ended early: ${reason()}`));
      else resolve({ stdout, busy });
    });
    // Just before its end: afterwards the kernel has forgotten it.
    const at = seconds * 0.9;
    const timer = setTimeout(() => {
      const used = cpuSeconds(child.pid);
      if (used !== undefined) busy = used / at;
    }, at * 1000);
  });
}

async function withBodyFile(body, work) {
  const scratch = mkdtempSync(join(tmpdir(), 'rust-http-bench-'));
  try {
    const file = join(scratch, 'body');
    writeFileSync(file, body);
    return await work(file);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
