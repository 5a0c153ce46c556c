/**
 * `npm run test:chaos [-- OPTIONS]`: a server with every kind of handler under clients that do what they
 * should not, for as long as one likes.
 *
 *   --seconds N  for how long, in each mode (default 60)
 *   --seed N     repeats a run (default: a new one, which is printed)
 *   --mode NAME  native, stream (the other transport), limit (hardly a descriptor left), secure (TLS); default: all
 *   --node       Node's own http in the place of ours: what fails there, too, is a fault of the test
 *   --only N     the client of this number alone, again and again
 */
import { parseArgs } from 'node:util';
import chaos from './chaos.js';

const { Chaos, modes } = chaos;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    mode: { type: 'string' },
    node: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const names = values.mode ? [values.mode] : Object.keys(modes);
const again = `--seed ${values.seed}${values.node ? ' --node' : ''}`;
process.stdout.write(`Node ${process.versions.node}, ${again}\n`);

for (const mode of names) {
  const ends = [];
  const t = { after: (end) => ends.push(end) };
  const options = {
    mode,
    seed: Number(values.seed),
    isNode: values.node,
    only: values.only === undefined ? undefined : Number(values.only),
    report: (figures) => process.stdout.write(`${mode}: ${JSON.stringify(figures)}\n`),
  };
  try {
    await new Chaos(t, options).run(Number(values.seconds));
  } catch (error) {
    process.stdout.write(`${mode} failed (${again} --mode ${mode}):\n${error.message}\n`);
    process.exitCode = 1;
  } finally {
    for (const end of ends) end();
  }
}
