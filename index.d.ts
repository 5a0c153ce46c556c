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
   * `keepAliveTimeout`, so that a request sent at the last moment still finds it.
   * @default 1000
   */
  keepAliveTimeoutBuffer?: number | undefined;
  /**
   * Gives requests without a body an already ended stream: no `'data'` or `'end'` follows.
   * `req.readableEnded` tells.
   * @default false
   */
  optimizeEmptyRequests?: boolean | undefined;
  /**
   * Decides whether a request to upgrade becomes an `'upgrade'` event (true) or an ordinary
   * `'request'` (false).
   * @default () => server.listenerCount('upgrade') > 0
   */
  shouldUpgradeCallback?: ((request: InstanceType<Request>) => boolean) | undefined;
  /**
   * How strictly the values of incoming headers are checked. Not together with `insecureHTTPParser`.
   * @default 'strict'
   */
  httpValidation?: 'strict' | 'relaxed' | 'insecure' | undefined;
}

export interface ServerOptions<
  Request extends typeof http.IncomingMessage = typeof http.IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
> extends http.ServerOptions<Request, Response>,
    ServerOptionsAdditions<Request> {}

export class Server<
  Request extends typeof http.IncomingMessage = typeof http.IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
> extends http.Server<Request, Response> {
  constructor(requestListener?: http.RequestListener<Request, Response>);
  constructor(
    options: ServerOptions<Request, Response>,
    requestListener?: http.RequestListener<Request, Response>,
  );
  /** See the option of the same name; applies to connections made after it is set. */
  keepAliveTimeoutBuffer: number;
}

export function createServer<
  Request extends typeof http.IncomingMessage = typeof http.IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
>(requestListener?: http.RequestListener<Request, Response>): Server<Request, Response>;
export function createServer<
  Request extends typeof http.IncomingMessage = typeof http.IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
>(
  options: ServerOptions<Request, Response>,
  requestListener?: http.RequestListener<Request, Response>,
): Server<Request, Response>;

export class ServerResponse<
  Request extends http.IncomingMessage = http.IncomingMessage,
> extends http.ServerResponse<Request> {
  /**
   * Sends an interim answer with any status from 100 to 199 but 101, as often as needed before the
   * final one. Throws `ERR_HTTP_HEADERS_SENT` after that.
   * @param callback called when the answer is written
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
   * connection before the server does.
   * @default 1000
   */
  agentKeepAliveTimeoutBuffer?: number | undefined;
  /** Proxies for the requests of this agent. */
  proxyEnv?: ProxyEnv | undefined;
}

export class Agent extends http.Agent {
  constructor(options?: AgentOptions);
}

/**
 * Makes `globalAgent` use the proxies named by `proxyEnv` (default: `process.env`) for every host
 * that `NO_PROXY` does not exclude. Returns a function that undoes it.
 */
export function setGlobalProxyFromEnv(proxyEnv?: ProxyEnv): () => void;
