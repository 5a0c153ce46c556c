/**
 * Types of rust-http: those of `node:http`, so that code written against either is accepted by the
 * other, with the members of newer Nodes written out for installations whose @types/node is older.
 */
/// <reference types="node" />

import type * as http from 'node:http';

export * from 'node:http';

/** What `createServer` understands beyond the options in older versions of @types/node. */
export interface ServerOptionsAdditions<Request extends typeof http.IncomingMessage> {
  /**
   * Milliseconds for which a kept-alive connection stays open beyond the announced
   * `keepAliveTimeout`, so that a request sent at the last moment still finds it. Anything but a
   * number throws `ERR_INVALID_ARG_TYPE`, a negative one `ERR_OUT_OF_RANGE`.
   * @default 1000
   */
  keepAliveTimeoutBuffer?: number | undefined;
  /**
   * Gives requests without a body an already ended stream: no `'data'` or `'end'` follows.
   * `req.readableEnded` tells. Anything but a boolean throws `ERR_INVALID_ARG_TYPE`.
   * @default false
   */
  optimizeEmptyRequests?: boolean | undefined;
  /**
   * Decides whether a request to upgrade becomes an `'upgrade'` event (true) or an ordinary
   * `'request'` (false). Anything but a function throws `ERR_INVALID_ARG_TYPE`.
   * @default () => server.listenerCount('upgrade') > 0
   */
  shouldUpgradeCallback?: ((request: InstanceType<Request>) => boolean) | undefined;
  /**
   * How strictly the values of headers are checked: `'relaxed'` lets control characters through,
   * `'insecure'` is `insecureHTTPParser`. Another word, or both options at once, throw
   * `ERR_INVALID_ARG_VALUE`.
   * @default 'strict'
   */
  httpValidation?: 'strict' | 'relaxed' | 'insecure' | undefined;
}

/** What `server.stats()` tells: a snapshot, not kept up to date. */
export interface ServerStats {
  /** Open connections, idle ones included; those handed over by an upgrade or CONNECT are not. */
  connections: number;
  /** Connections since the server was made. */
  connectionsTotal: number;
  /** Requests that were received and are not answered to the end. */
  requestsInFlight: number;
  /** Requests since the server was made. */
  requestsTotal: number;
  /** Bytes received, of open and closed connections, heads included. */
  bytesRead: number;
  /** Bytes sent, of open and closed connections, heads included. */
  bytesWritten: number;
}

/** What `agent.stats()` tells: a snapshot, not kept up to date. */
export interface AgentStats {
  /** Connections that carry a request. */
  sockets: number;
  /** Idle connections. */
  freeSockets: number;
  /** Requests that wait for a connection. */
  requestsWaiting: number;
  /** Connections since the agent was made. */
  socketsTotal: number;
  /** Requests since the agent was made that went over a connection made for an earlier one. */
  requestsReused: number;
}

export interface ServerOptions<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
> extends http.ServerOptions<Request, Response>,
    ServerOptionsAdditions<Request> {}

export class Server<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
> extends http.Server<Request, Response> {
  constructor(requestListener?: http.RequestListener<Request, Response>);
  constructor(
    options: ServerOptions<Request, Response>,
    requestListener?: http.RequestListener<Request, Response>,
  );
  /**
   * Milliseconds; see the option of the same name. Applies to connections made after it is set.
   * @default 1000
   */
  keepAliveTimeoutBuffer: number;
  /**
   * Connections, requests and bytes of this server. Cheap enough to leave on: it counts what is
   * open when it is asked, in time proportional to the open connections.
   *
   * Optional in the type, because a server of Node's own may stand for ours: `server.stats?.()`.
   */
  stats?(): ServerStats;
}

export function createServer<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
>(requestListener?: http.RequestListener<Request, Response>): Server<Request, Response>;
export function createServer<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
>(
  options: ServerOptions<Request, Response>,
  requestListener?: http.RequestListener<Request, Response>,
): Server<Request, Response>;

export class IncomingMessage extends http.IncomingMessage {
  /**
   * Aborted when the message is destroyed, or when its connection closes before the exchange is
   * complete: for work that nobody waits for any more. Made when it is first asked for.
   */
  readonly signal: AbortSignal;
}

export class ServerResponse<
  Request extends http.IncomingMessage = http.IncomingMessage,
> extends http.ServerResponse<Request> {
  /**
   * Sends an interim answer, as often as needed before the final one.
   * @param statusCode from 100 to 199, but not 101; anything else throws `ERR_OUT_OF_RANGE` or
   * `ERR_HTTP_INVALID_STATUS_CODE`
   * @param headers as for `writeHead`; names and values are checked as there
   * (`ERR_INVALID_HTTP_TOKEN`, `ERR_INVALID_CHAR`)
   * @param callback called when the answer is written
   * @throws `ERR_HTTP_HEADERS_SENT` when the final head has been made
   */
  writeInformation(
    statusCode: number,
    headers?: http.OutgoingHttpHeaders | readonly string[],
    callback?: () => void,
  ): void;
  writeInformation(statusCode: number, callback: () => void): void;
}

/** Variables that name the proxies to use, as in the environment of a process. */
export interface ProxyEnv extends NodeJS.ProcessEnv {
  HTTP_PROXY?: string | undefined;
  HTTPS_PROXY?: string | undefined;
  NO_PROXY?: string | undefined;
  http_proxy?: string | undefined;
  https_proxy?: string | undefined;
  no_proxy?: string | undefined;
}

export interface AgentOptions extends http.AgentOptions {
  /**
   * Milliseconds taken off the server's `Keep-Alive: timeout=…`, so that the agent drops an idle
   * connection before the server does. What is no number, or negative, is taken for the default.
   * @default 1000
   */
  agentKeepAliveTimeoutBuffer?: number | undefined;
  /**
   * Proxies for the requests of this agent; a URL in it that cannot be read throws
   * `ERR_PROXY_INVALID_CONFIG`.
   * @default undefined, no proxy
   */
  proxyEnv?: ProxyEnv | undefined;
}

export class Agent extends http.Agent {
  constructor(options?: AgentOptions);
  /**
   * Sockets and requests of the pool, to all servers together.
   *
   * Optional in the type, because an agent of Node's own may stand for ours: `agent.stats?.()`.
   */
  stats?(): AgentStats;
}

export interface RequestOptions extends http.RequestOptions {
  /**
   * How strictly the values of headers are checked, both ways. Not together with
   * `insecureHTTPParser` (`ERR_INVALID_ARG_VALUE`).
   * @default 'strict'
   */
  httpValidation?: 'strict' | 'relaxed' | 'insecure' | undefined;
}

export function request(
  options: RequestOptions | string | URL,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;
export function request(
  url: string | URL,
  options: RequestOptions,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;

export function get(
  options: RequestOptions | string | URL,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;
export function get(
  url: string | URL,
  options: RequestOptions,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;

/**
 * Makes `globalAgent` use the proxies named by `proxyEnv` (default: `process.env`) for every host
 * that `NO_PROXY` does not exclude. Returns a function that undoes it.
 * @throws `ERR_PROXY_INVALID_CONFIG` for a URL that cannot be read
 */
export function setGlobalProxyFromEnv(proxyEnv?: ProxyEnv): () => void;
