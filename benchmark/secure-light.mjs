/**
 * Load over TLS at random moments, whether the requests before were answered or not, as `light` in limit/
 * makes it over TCP. Prints what load.mjs wants to know as JSON.
 * Arguments: port, connections, requests a second over all of them, seconds.
 */
import { once } from 'node:events';
import { connect } from 'node:tls';
import { Answers } from './answers.mjs';
import { Latencies } from './latencies.mjs';
import { requestBytes } from './request-bytes.mjs';

const [port, connections, rate, seconds] = process.argv.slice(2).map(Number);
const request = requestBytes('GET', Buffer.alloc(0));
/** Milliseconds between two requests of a connection, on average. */
const mean = (connections / rate) * 1000;
const pause = () => -Math.log(1 - Math.random()) * mean;
const latencies = new Latencies();

const sockets = await Promise.all(Array.from({ length: connections }, dial));
const end = performance.now() + seconds * 1000;
await Promise.all(sockets.map(drive));
console.log(latencies.report(seconds));
for (const socket of sockets) socket.destroy();

async function dial() {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  socket.setNoDelay(true);
  await once(socket, 'secureConnect');
  return socket;
}

/** A request that comes while the one before it waits for its answer is sent when that has come. */
async function drive(socket) {
  for (let due = performance.now() + pause(); due < end; due += pause()) {
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const from = wait > 0 ? performance.now() : due;
    if (await ask(socket)) latencies.add(performance.now() - from);
    else return void latencies.errors++;
  }
}

function ask(socket) {
  return new Promise((resolve) => {
    const answers = new Answers();
    const done = (isAnswered) => {
      socket.off('data', onData).off('close', onClose);
      resolve(isAnswered);
    };
    const onData = (chunk) => {
      if (answers.count(chunk) > 0) done(true);
    };
    const onClose = () => done(false);
    socket.on('data', onData).on('close', onClose);
    socket.write(request);
  });
}
