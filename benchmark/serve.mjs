/** The measured process: one contestant's server with one workload, and nothing else. */
import { loadContestant } from './contestants.mjs';
import { loadWorkload } from './workloads.mjs';

const [contestant, name] = process.argv.slice(2);
const http = loadContestant(contestant);
const { listener } = await loadWorkload(name);

const server = http.createServer(listener(http));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
