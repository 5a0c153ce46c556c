/**
 * Load over TLS: so many connections, each of which sends the same bytes again when their answer is
 * complete. Prints what load.mjs wants to know as JSON.
 * Arguments: port, connections, seconds, method, file with the body, then names and values of headers.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { Answers } from './answers.mjs';
import { requestBytes } from './request-bytes.mjs';

const [port, connections, seconds, method, bodyFile, ...fields] = process.argv.slice(2);
const request = requestBytes(method, readFileSync(bodyFile), fields);
const latencies = [];
let requests = 0;
let errors = 0;

const sockets = await Promise.all(Array.from({ length: Number(connections) }, dial));
const begin = performance.now();
const end = begin + Number(seconds) * 1000;
await Promise.all(sockets.map(drive));
latencies.sort((a, b) => a - b);
const percentile = (share) =>
  Math.round(latencies[Math.floor((latencies.length - 1) * share)] * 1000);
console.log(
  JSON.stringify({
    requests,
    seconds: (performance.now() - begin) / 1000,
    p50Micros: percentile(0.5),
    p99Micros: percentile(0.99),
    errors,
  }),
);
for (const socket of sockets) socket.destroy();

function dial() {
  return new Promise((resolve, reject) => {
    const options = { port: Number(port), host: '127.0.0.1', rejectUnauthorized: false };
    const socket = connect(options, () => resolve(socket));
    socket.setNoDelay(true);
    socket.on('error', reject);
  });
}

/** Asks until the time is over. */
function drive(socket) {
  return new Promise((resolve) => {
    const answers = new Answers();
    let started = 0;
    const ask = () => {
      started = performance.now();
      if (started < end) socket.write(request);
      else resolve();
    };
    const fail = () => {
      errors++;
      resolve();
    };
    socket.on('data', (chunk) => {
      if (answers.count(chunk) === 0) return;
      requests++;
      if ((requests & 7) === 0) latencies.push(performance.now() - started);
      ask();
    });
    socket.on('error', fail);
    socket.on('close', fail);
    ask();
  });
}
