/**
 * Load over TLS whose connections are all resumed: so many at a time, each of which asks once with the
 * session of the connection before it, and ends. Prints what load.mjs wants to know as JSON; a
 * connection that was not resumed is an error, but for the first of each.
 * Arguments: port, connections, seconds.
 */
import { connect } from 'node:tls';
import { Answers } from './answers.mjs';
import { Latencies } from './latencies.mjs';
import { requestBytes } from './request-bytes.mjs';

const [port, connections, seconds] = process.argv.slice(2).map(Number);
const request = requestBytes('GET', Buffer.alloc(0), ['Connection', 'close']);
const latencies = new Latencies();
const begin = performance.now();
const end = begin + seconds * 1000;

await Promise.all(Array.from({ length: connections }, drive));
console.log(latencies.report((performance.now() - begin) / 1000));

async function drive() {
  let session;
  while (performance.now() < end) {
    const started = performance.now();
    const visit = await ask(session);
    if (!visit.isAnswered || (session && !visit.isResumed)) latencies.errors++;
    else latencies.add(performance.now() - started);
    session = visit.session;
  }
}

/** One connection: its session for the next one, and whether it was answered and resumed. */
function ask(session) {
  return new Promise((resolve) => {
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false, session };
    const visit = { session, isAnswered: false, isResumed: false };
    const answers = new Answers();
    const socket = connect(options, () => {
      visit.isResumed = socket.isSessionReused();
      socket.write(request);
    });
    socket.on('session', (ticket) => {
      visit.session = ticket;
    });
    socket.on('data', (chunk) => {
      if (answers.count(chunk) > 0) visit.isAnswered = true;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(visit));
  });
}
