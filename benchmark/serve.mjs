/**
 * The measured process: one contestant's server with one workload, and nothing else. Prints its port,
 * and ends when its standard input does.
 */
import { loadContestant } from './contestants.mjs';
import { loadWorkload } from './workloads.mjs';

const [contestant, name] = process.argv.slice(2);
const http = await loadContestant(contestant);
const { listener } = await loadWorkload(name);

const server = http.createServer(listener(http));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
