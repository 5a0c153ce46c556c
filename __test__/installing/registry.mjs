/**
 * A registry of npm's with only the packages it is given, so that they are chosen as the real one's are. In a
 * thread of its own: whoever starts it waits for the programs that ask it.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** `packages`: each with the `manifest` and the tarball's `file`. Resolves to { url, close() }. */
export async function startRegistry(packages) {
  const plain = packages.map(({ manifest, file }) => ({ manifest, file }));
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: plain });
  const [url] = await once(worker, 'message');
  return { url, close: () => worker.terminate() };
}

function serve(packages) {
  let url;
  const server = http.createServer((request, response) => {
    const [name, version] = decodeURIComponent(request.url.slice(1)).split('/');
    const found = packages.find(({ manifest }) => manifest.name === name);
    if (found && version === '-') return response.end(readFileSync(found.file));
    response.setHeader('Content-Type', 'application/json');
    if (!found) response.writeHead(404);
    const told = found && packument(found);
    // Asked for the newest or for a version, there is but one.
    const answer = version && told ? Object.values(told.versions)[0] : told;
    response.end(JSON.stringify(answer ?? { error: 'not found' }));
  });
  server.listen(0, '127.0.0.1', () => {
    url = `http://127.0.0.1:${server.address().port}/`;
    parentPort.postMessage(url);
  });

  function packument({ manifest, file }) {
    const { name, version } = manifest;
    const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
    const dist = { integrity, tarball: `${url}${name}/-/${name}-${version}.tgz` };
    return {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist } },
      time: { [version]: '2026-01-01T00:00:00.000Z' },
    };
  }
}

if (!isMainThread) serve(workerData);
