/**
 * The workloads: each file in workloads/ exports
 *   title       what is done, in a few words
 *   listener    (http) => the listener that goes into http.createServer
 *   load        { connections, method, headers, body, pipeline }
 *   answer      { status, bytes } that one request must get, checked before anything is measured
 */
import { BuildError } from '../lib/internal/build.mjs';

const names = ['hello', 'headers', 'json', 'pipelined', 'churn', 'download', 'upload', 'single'];

const defaults = { connections: 64, method: 'GET', headers: {}, body: '', pipeline: 1 };

export async function loadWorkload(name) {
  const { title, listener, load, answer } = await import(`./workloads/${name}.mjs`);
  return { name, title, listener, answer, load: { ...defaults, ...load } };
}

export async function loadWorkloads(wanted) {
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown) throw new BuildError(`no workload ${unknown}; known: ${names.join(', ')}`);
  return await Promise.all((wanted.length > 0 ? wanted : names).map(loadWorkload));
}
