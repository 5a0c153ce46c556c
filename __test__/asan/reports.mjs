/**
 * What the sanitizer said, in files beside the output of the processes: that of a child is seen, too,
 * whatever its parent makes of its end.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The code of a process that was ended for a fault. */
export const FAULT = 99;

export class Reports {
  #folder = mkdtempSync(join(tmpdir(), 'rust-http-asan-'));

  /** `ASAN_OPTIONS` for what is run under this name. */
  options(name, { leaks = false } = {}) {
    return [
      `log_path="${join(this.#folder, name.replaceAll('/', '+'))}"`,
      `exitcode=${FAULT}`,
      'abort_on_error=0',
      `detect_leaks=${Number(leaks)}`,
      // Node asks for more than there is, and makes an error of the answer.
      'allocator_may_return_null=1',
    ].join(':');
  }

  /** Each report there is: who was run, and what was said. Afterwards there are none. */
  take() {
    const names = readdirSync(this.#folder).sort();
    const reports = names.map((name) => ({
      // Behind the name is the number of the process.
      name: name.replace(/\.\d+$/, '').replaceAll('+', '/'),
      text: readFileSync(join(this.#folder, name), 'utf8'),
    }));
    for (const name of names) rmSync(join(this.#folder, name));
    return reports;
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A warning, which tells of the process and not of a fault, has no more than its lines. */
export function isFault({ text }) {
  return !text.split('\n').every((line) => line === '' || /^==\d+==\s*WARNING/.test(line));
}

/** The line that says what it is. */
export function headline({ text }) {
  const lines = text.split('\n');
  return lines.find((line) => line.startsWith('SUMMARY')) ?? lines.find((line) => line.trim());
}
