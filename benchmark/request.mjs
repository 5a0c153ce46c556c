/** The measured process of a client workload: one contestant's client, driven by its parent. */
import { loadClient } from './modules.mjs';
import { loadWorkload } from './workloads.mjs';

const [contestant, name, url] = process.argv.slice(2);
const workload = await loadWorkload(name);
const { client } = workload;
const send = await loadClient(contestant, workload, url);

process.on('message', async ({ seconds }) => process.send(await drive(seconds)));
process.on('disconnect', () => process.exit());
process.send({ ready: true });

/**
 * Keeps `client.inFlight` requests under way for so long. Where there is a `client.failing`, every second
 * one asks for that, and has to fail.
 */
async function drive(seconds) {
  const latencies = [];
  let requests = 0;
  let errors = 0;
  const begin = performance.now();
  const end = begin + seconds * 1000;
  await Promise.all(Array.from({ length: client.inFlight }, lane));
  const all = latencies.sort((a, b) => a - b);
  const percentile = (share) => Math.round(all[Math.floor((all.length - 1) * share)] * 1000);
  return {
    requests,
    seconds: (performance.now() - begin) / 1000,
    p50Micros: percentile(0.5),
    p99Micros: percentile(0.99),
    errors,
  };

  function lane() {
    return new Promise((resolve) => {
      let fails = false;
      const next = () => {
        const started = performance.now();
        if (started >= end) {
          resolve();
          return;
        }
        const path = fails ? client.failing : client.path;
        send(path, (error, bytes) => {
          if (fails ? error : !error && bytes === client.bytes) requests++;
          else errors++;
          // Enough to tell percentiles, without a growing cost of its own.
          if ((requests & 7) === 0) latencies.push(performance.now() - started);
          fails = !fails && client.failing !== undefined;
          next();
        });
      };
      next();
    });
  }
}
