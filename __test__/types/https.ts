/** rust-http/https: what users write, exact types, and that Node's module and ours stand for each other. */
import type * as nodeHttp from 'node:http';
import type * as node from 'node:https';
import * as tls from 'node:tls';
import type * as http from 'rust-http';
import * as https from 'rust-http/https';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function exactly<A, B>(...wrong: Equal<A, B> extends true ? [] : [never]): void;

// Nothing of Node's is missing.
exactly<Exclude<keyof typeof node, keyof typeof https>, never>();

const options: https.ServerOptions = {
  key: 'key',
  cert: 'cert',
  keepAliveTimeoutBuffer: 500,
  strictHost: true,
  ALPNProtocols: ['http/1.1'],
};
// @ts-expect-error not a word that is known
export const wrong: https.ServerOptions = { httpValidation: 'none' };
const server = https.createServer(options, (req, res) => {
  exactly<typeof req, http.IncomingMessage>();
  exactly<typeof res.req.url, string | undefined>();
  res.end(req.socket instanceof tls.TLSSocket && req.socket.authorized);
});
export const asTls: tls.Server = server;
exactly<typeof server.stats, (() => http.SecureServerStats) | undefined>();
exactly<ReturnType<NonNullable<typeof server.drain>>, Promise<http.DrainResult>>();
exactly<typeof server.keepAliveTimeoutBuffer, number>();
server.on('tlsClientError', (error) => error.message);
server.setSecureContext({ key: 'key', cert: 'cert' });
server.closeAllConnections();
server.maxRequestsPerSocket = 3;
server.setTimeout(100);

class Own extends https.Agent {
  createConnection(
    its: https.RequestOptions,
    callback?: Parameters<https.Agent['createConnection']>[1],
  ) {
    return super.createConnection(its, callback);
  }
}
const agent = new Own({ keepAlive: true, maxCachedSessions: 3, ca: 'ca', proxyEnv: process.env });
export const asHttp: nodeHttp.Agent = agent;
exactly<typeof agent.stats, (() => http.SecureAgentStats) | undefined>();
exactly<ReturnType<typeof https.request>, nodeHttp.ClientRequest>();
exactly<ReturnType<typeof https.get>, nodeHttp.ClientRequest>();
https.get('https://localhost', { agent, rejectUnauthorized: false, httpValidation: 'relaxed' });
https.request({ agent, checkServerIdentity: () => undefined }, (res) => res.statusCode);
exactly<typeof https.globalAgent, node.Agent>();

export const forward: typeof node = https;
declare const nodeServer: node.Server;
declare const nodeAgent: node.Agent;
export const servers: [https.Server, node.Server] = [nodeServer as https.Server, server];
export const agents: [https.Agent, node.Agent] = [nodeAgent, agent];
