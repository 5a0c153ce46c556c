/** A measured server's process: its start, a line to it and back, and its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { residentBytes, usage, usageOfTree } from './processor.mjs';
import { within } from './within.mjs';

const startLimit = 60;
const replyLimit = 30;
const endLimit = 5;

/** Starts a program that prints its port and ends when its standard input does. */
export async function startProgram([command, ...args], env = {}) {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  ended.catch(() => {});
  // A program that is gone shows in what it answers, not here.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const stop = () => endProgram(child, ended);
  try {
    const port = Number(await nextLine(lines, startLimit, `${command} to listen`));
    if (!(port > 0)) throw new Error(`${command} ended before it listened`);
    return {
      url: `http://127.0.0.1:${port}/`,
      /** Throws once the process is gone: what it answered until then is no measurement. */
      checkAlive() {
        if (hasEnded(child)) throw new Error(`its process ended with ${endOf(child)}`);
      },
      usage: () => usage(child.pid),
      usageOfTree: () => usageOfTree(child.pid),
      rss: () => residentBytes(child.pid),
      async ask(line) {
        child.stdin.write(`${line}\n`);
        return await nextLine(lines, replyLimit, `an answer to ${line}`);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function nextLine(lines, limit, what) {
  return (await within(limit, lines.next(), what)).value;
}

async function endProgram(child, ended) {
  if (child.pid === undefined || hasEnded(child)) return;
  child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), endLimit * 1000);
  await ended;
  clearTimeout(timer);
}

function hasEnded({ exitCode, signalCode }) {
  return exitCode !== null || signalCode !== null;
}

function endOf({ exitCode, signalCode }) {
  return signalCode ?? `code ${exitCode}`;
}
