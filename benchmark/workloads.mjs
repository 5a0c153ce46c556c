/**
 * The workloads: each file in workloads/ exports
 *   title       what is done, in a few words
 * and for a server
 *   listener    (http) => the listener that goes into http.createServer
 *   load        { connections, method, headers, body, pipeline }
 *   answer      { status, bytes } that one request must get, checked before anything is measured
 * or for a client
 *   client      { inFlight, path, body, bytes }: what is asked of the server in limit/
 */
import { BuildError } from '../lib/internal/build.mjs';

const names = [
  'hello',
  'headers',
  'json',
  'pipelined',
  'churn',
  'download',
  'upload',
  'single',
  'client',
  'client-single',
  'client-post',
  'client-download',
];

const clientDefaults = { inFlight: 64, path: '/', body: undefined, bytes: 13 };
const defaults = { connections: 64, method: 'GET', headers: {}, body: '', pipeline: 1 };

export async function loadWorkload(name) {
  const workload = await import(`./workloads/${name}.mjs`);
  const { title, listener, load, answer, client } = workload;
  if (client) return { name, title, client: { ...clientDefaults, ...client } };
  return { name, title, listener, answer, load: { ...defaults, ...load } };
}

export async function loadWorkloads(wanted) {
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown) throw new BuildError(`no workload ${unknown}; known: ${names.join(', ')}`);
  return await Promise.all((wanted.length > 0 ? wanted : names).map(loadWorkload));
}
