/**
 * The measured process of connections that are pairs of streams: one contestant's server, and what asks
 * it, in one process without a kernel between them. The bytes of a request are made beforehand, and
 * answers are counted by their content: no client of HTTP takes part. Driven by its parent.
 */
import { Duplex } from 'node:stream';
import { Answers } from './answers.mjs';
import { loadModule } from './modules.mjs';
import { requestBytes } from './request-bytes.mjs';
import { loadWorkload } from './workloads.mjs';

const [contestant, name] = process.argv.slice(2);
const { load, listener, pair } = await loadWorkload(name);
const request = requestBytes(
  load.method,
  Buffer.from(load.body),
  Object.entries(load.headers).flat(),
);
const http = loadModule(contestant);
const server = http.createServer(listener(http));

/** The server's end. What it writes goes to `receive`. */
class End extends Duplex {
  constructor(receive) {
    super();
    this.receive = receive;
  }

  _read() {}

  _write(chunk, _encoding, callback) {
    this.receive(chunk);
    callback();
  }

  _writev(pieces, callback) {
    for (const { chunk } of pieces) this.receive(chunk);
    callback();
  }
}

process.on('message', async ({ seconds }) => process.send(await drive(seconds)));
process.on('disconnect', () => process.exit());
process.send({ ready: true });

const lanes = Array.from({ length: pair.connections }, () => {
  const answers = new Answers();
  const lane = { end: null, onAnswer: null };
  lane.end = new End((chunk) => {
    for (let count = answers.count(chunk); count > 0; count--) lane.onAnswer();
  });
  server.emit('connection', lane.end);
  return lane;
});

/** Asks on each connection, again in the next turn of the event loop when it is answered. */
async function drive(seconds) {
  const latencies = [];
  let requests = 0;
  const begin = performance.now();
  const end = begin + seconds * 1000;
  await Promise.all(lanes.map(run));
  latencies.sort((a, b) => a - b);
  const percentile = (share) =>
    Math.round(latencies[Math.floor((latencies.length - 1) * share)] * 1000);
  return {
    requests,
    seconds: (performance.now() - begin) / 1000,
    p50Micros: percentile(0.5),
    p99Micros: percentile(0.99),
    errors: 0,
  };

  function run(lane) {
    return new Promise((resolve) => {
      let started = 0;
      const ask = () => {
        started = performance.now();
        // Memory of its own, as a stream of the system gives it.
        if (started < end) lane.end.push(Buffer.from(request));
        else resolve();
      };
      lane.onAnswer = () => {
        requests++;
        if ((requests & 7) === 0) latencies.push(performance.now() - started);
        setImmediate(ask);
      };
      ask();
    });
  }
}
