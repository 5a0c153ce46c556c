/**
 * The measured process: one contestant's server with one workload, and nothing else. Prints its port,
 * collects its garbage when a line says so, and ends when its standard input does.
 */
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { cert, key } from './certificate.mjs';
import { collectGarbage } from './collect.mjs';
import { loadModule, loadSecureModule, registerModule } from './modules.mjs';

const [contestant, name] = process.argv.slice(2);
const workload = await import(`./workloads/${name}.mjs`);

const server = await createServer(workload);
if (workload.keepAliveTimeout) server.keepAliveTimeout = workload.keepAliveTimeout;
const listening = workload.secure && !workload.https ? overTls(server) : server;
listening.listen(0, '127.0.0.1', () => console.log(listening.address().port));

createInterface({ input: process.stdin })
  .on('line', async () => {
    await collectGarbage();
    console.log('collected');
  })
  .on('close', () => process.exit());

async function createServer({ framework, application, https, listener }) {
  if (https) {
    const secure = loadSecureModule(contestant);
    return secure.createServer({ cert, key }, listener(secure));
  }
  if (!framework) {
    const http = loadModule(contestant);
    return http.createServer(listener(http));
  }
  // Before the framework is loaded: what it takes out of `http` then is the contestant's.
  const http = registerModule(contestant);
  const { loadFramework } = await import('./frameworks.mjs');
  return await application(loadFramework(framework), http);
}

/** Gives the server the sockets of Node's own TLS. */
function overTls(server) {
  return tls.createServer({ cert, key }, (socket) => server.emit('connection', socket));
}
