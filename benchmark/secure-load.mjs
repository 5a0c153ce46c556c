/**
 * Load over TLS: so many connections, each of which sends the same bytes again when their answer is
 * complete. Prints what load.mjs wants to know as JSON.
 * Arguments: port, connections, seconds, method, file with the body, then names and values of headers.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { Answers } from './answers.mjs';
import { Latencies } from './latencies.mjs';
import { requestBytes } from './request-bytes.mjs';

const [port, connections, seconds, method, bodyFile, ...fields] = process.argv.slice(2);
const request = requestBytes(method, readFileSync(bodyFile), fields);
const latencies = new Latencies();

const sockets = await Promise.all(Array.from({ length: Number(connections) }, dial));
const begin = performance.now();
const end = begin + Number(seconds) * 1000;
await Promise.all(sockets.map(drive));
console.log(latencies.report((performance.now() - begin) / 1000));
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
      latencies.errors++;
      resolve();
    };
    socket.on('data', (chunk) => {
      if (answers.count(chunk) === 0) return;
      latencies.add(performance.now() - started);
      ask();
    });
    socket.on('error', fail);
    socket.on('close', fail);
    ask();
  });
}
