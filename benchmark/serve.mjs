/**
 * The measured process: one contestant's server with one workload, and nothing else. Prints its port,
 * collects its garbage when a line says so, and ends when its standard input does.
 */
import { createInterface } from 'node:readline';
import { collectGarbage } from './collect.mjs';
import { loadModule, registerModule } from './modules.mjs';

const [contestant, name] = process.argv.slice(2);
const workload = await import(`./workloads/${name}.mjs`);

const server = await createServer(workload);
if (workload.keepAliveTimeout) server.keepAliveTimeout = workload.keepAliveTimeout;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

createInterface({ input: process.stdin })
  .on('line', async () => {
    await collectGarbage();
    console.log('collected');
  })
  .on('close', () => process.exit());

async function createServer({ framework, application, listener }) {
  if (!framework) {
    const http = loadModule(contestant);
    return http.createServer(listener(http));
  }
  // Before the framework is loaded: what it takes out of `http` then is the contestant's.
  const http = registerModule(contestant);
  const { loadFramework } = await import('./frameworks.mjs');
  return await application(loadFramework(framework), http);
}
