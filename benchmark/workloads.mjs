/**
 * The workloads: each file in workloads/ exports
 *   title       what is done, in a few words
 * and for a server
 *   listener    (http) => the listener that goes into http.createServer, or
 *   framework, application   a package of __test__/frameworks, and (package, http) => its server
 *   load        { connections, method, headers, body, pipeline }, or { connections, rate }: so many
 *               requests a second, at random moments; over TLS { connections, isResumed: true }, too: one
 *               request a connection, which resumes the session of another
 *   answer      { status, bytes } that one request must get, checked before anything is measured
 *   floor       true where the server in limit/ gives the same answer
 *   secure      true where all of that goes over TLS; a client can have it, too
 *   https       true where the server, or the client, is one of the contestant's https; else Node's TLS gives it its
 *               sockets
 * for a client
 *   client      { inFlight, path, body, bytes, failing }: what is asked of the server in limit/; every
 *               second request is for the path `failing` if there is one, and has to fail
 * for a server on pairs of streams, without a kernel between the two ends, beside `listener` and `load`
 *   pair        { connections }
 * for connections that do nothing, beside `listener` and `answer`
 *   idle        { connections }
 * or for the module itself
 *   loading     true
 */
import { BuildError } from '../scripts/build.mjs';
import { frameworkVersion, whyMissing } from './frameworks.mjs';

const names = [
  'light-200',
  'light-1000',
  'light-4000',
  'single',
  'mixed',
  'hello',
  'headers',
  'names',
  'json',
  'pipelined',
  'churn',
  'download',
  'upload',
  'express',
  'fastify',
  'client',
  'client-single',
  'client-post',
  'client-download',
  'client-close',
  'failing',
  'tls',
  'tls-json',
  'tls-download',
  'tls-upload',
  'tls-client',
  'https',
  'https-light-1000',
  'https-churn',
  'https-resumed',
  'https-download',
  'https-client',
  'duplex',
  'duplex-json',
  'idle',
  'require',
];

const clientDefaults = { inFlight: 64, keepAlive: true, path: '/', body: undefined, bytes: 13 };
const loadDefaults = { connections: 64, method: 'GET', headers: {}, body: '', pipeline: 1 };

export async function loadWorkload(name) {
  const workload = await import(`./workloads/${name}.mjs`);
  const kind = ['client', 'pair', 'idle', 'loading'].find((key) => key in workload) ?? 'server';
  return {
    ...workload,
    name,
    kind,
    load: { ...loadDefaults, ...workload.load },
    client: { ...clientDefaults, ...workload.client },
  };
}

/**
 * The wanted ones, or all. Of all, those whose framework cannot be had are left out, and the
 * results say so.
 */
export async function prepareWorkloads(wanted) {
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown) throw new BuildError(`no workload ${unknown}; known: ${names.join(', ')}`);
  const workloads = [];
  const leftOut = [];
  for (const workload of await Promise.all((wanted.length ? wanted : names).map(loadWorkload))) {
    const reason = workload.framework && whyMissing(workload.framework);
    if (reason && wanted.length > 0) throw new BuildError(reason);
    if (reason) leftOut.push({ name: workload.name, reason });
    else workloads.push(workload);
  }
  return { workloads, leftOut };
}

/** The versions of the frameworks that are measured. */
export function frameworkVersions(workloads) {
  const used = workloads.filter(({ framework }) => framework);
  return Object.fromEntries(used.map(({ framework }) => [framework, frameworkVersion(framework)]));
}
