/**
 * Types of rust-http/https: those of `node:https`, so that code written against either is accepted by
 * the other, with the members of newer Nodes written out for installations whose @types/node is older.
 * Requests, responses and what agents have in common are those of rust-http, and so are their units, defaults and
 * errors: see index.d.ts. A member that is not in either file has its entry in @types/node.
 */
/// <reference types="node" />

import type * as http from 'node:http';
import type * as https from 'node:https';
import type {
  DrainOptions,
  DrainResult,
  IncomingMessage,
  ProxyEnv,
  SecureAgentStats,
  SecureServerStats,
  ServerOptionsAdditions,
  ServerResponse,
} from './index.js';

export * from 'node:https';

/**
 * Options of `createServer` and `new Server`: those of `http.createServer`, with their units, defaults
 * and errors (see `ServerOptions` of rust-http), those of `tls.createServer` and
 * `tls.createSecureContext`, which Node's own TLS checks. Some leave TLS to Node: `server.stats()` says which.
 *
 * | option | unit | default | |
 * | --- | --- | --- | --- |
 * | `key`, `cert`, `pfx`, `passphrase`, `ca` | | none | who the server is, and whom it trusts; what OpenSSL cannot read throws its error |
 * | `ALPNProtocols` | | `['http/1.1']` | what clients may choose; not together with `ALPNCallback` (`ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS`) |
 * | `handshakeTimeout` | ms | 120000 | for the handshake; then `'tlsClientError'` |
 * | `requestCert`, `rejectUnauthorized` | | `false`, `true` | certificates of clients |
 * | `minVersion`, `maxVersion` | | `tls.DEFAULT_MIN_VERSION`, `tls.DEFAULT_MAX_VERSION` | versions of TLS; another word throws `ERR_TLS_INVALID_PROTOCOL_VERSION` |
 * | `sessionTimeout` | s | 300 | how long a session can be resumed |
 * @see https://nodejs.org/api/https.html#httpscreateserveroptions-requestlistener
 * @see https://nodejs.org/api/tls.html#tlscreateserveroptions-secureconnectionlistener
 */
export interface ServerOptions<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
> extends https.ServerOptions<Request, Response>,
    ServerOptionsAdditions<Request> {}

/**
 * A `tls.Server` whose connections are served as those of `http.Server`: the same options, timeouts,
 * methods and events. Callable without `new`.
 *
 * Bytes that are no TLS are `'tlsClientError'`, and `'clientError'` if there is a listener; without one the
 * connection is destroyed.
 * @see https://nodejs.org/api/https.html#class-httpsserver
 */
export class Server<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
> extends https.Server<Request, Response> {
  /** @param requestListener added to `'request'` */
  constructor(requestListener?: http.RequestListener<Request, Response>);
  /**
   * @param options see {@link ServerOptions}, and for what they throw
   * @param requestListener added to `'request'`
   */
  constructor(
    options: ServerOptions<Request, Response>,
    requestListener?: http.RequestListener<Request, Response>,
  );
  /**
   * Milliseconds; see the option of the same name. Applies to connections made after it is set. What is
   * no number, or negative, is taken for the default.
   * @default 1000
   * @see https://nodejs.org/api/http.html#serverkeepalivetimeoutbuffer
   */
  keepAliveTimeoutBuffer: number;
  /**
   * Whether a Host that RFC 9110 does not allow is answered with 400; see the option of the same name.
   * Any value is taken for its truth, and applies to connections made after it is set. Optional in the
   * type, because a server of Node's own may stand for ours.
   * @default false, true with `RUST_HTTP_STRICT_HOST=1` in the environment
   * @see RFC 9110, section 7.2
   */
  strictHost?: boolean;
  /**
   * Connections, requests and bytes of this server; bytes are those of HTTP, before encryption. `tls` and
   * `tlsReason` say which side speaks TLS, and why; with Node's TLS `driver` is `'javascript'`.
   *
   * Optional in the type, because a server of Node's own may stand for ours: `server.stats?.()`.
   * @see docs/operating.md, "Numbers"
   */
  stats?(): SecureServerStats;
  /**
   * As that of `http.Server`; connections in their handshake are closed at once.
   *
   * Optional in the type, because a server of Node's own may stand for ours.
   * @see docs/operating.md, "Stopping without losing a request"
   * @see RFC 9112, section 9.6
   */
  drain?(options?: DrainOptions): Promise<DrainResult>;
}

/**
 * Makes a server with the default options, which has no certificate until `setSecureContext` or
 * `addContext` gives it one.
 * @param requestListener added to `'request'`
 * @see https://nodejs.org/api/https.html#httpscreateserveroptions-requestlistener
 */
export function createServer<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
>(requestListener?: http.RequestListener<Request, Response>): Server<Request, Response>;
/**
 * Makes a server.
 * @param options see {@link ServerOptions}, and for what they throw
 * @param requestListener added to `'request'`
 */
export function createServer<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
>(
  options: ServerOptions<Request, Response>,
  requestListener?: http.RequestListener<Request, Response>,
): Server<Request, Response>;

/**
 * Options of an agent: those of rust-http's `AgentOptions`, with `https:` and 443 for `protocol` and
 * `defaultPort`, those of `tls.connect`, and how many sessions are kept.
 *
 * | option | unit | default | |
 * | --- | --- | --- | --- |
 * | `maxCachedSessions` | sessions | 100 | kept to be resumed; 0: none |
 * | `servername` | | the name in the Host field, or the host; none for an address | for SNI, and checked in the certificate; `''`: no SNI |
 * | `rejectUnauthorized` | | `true` | a certificate that is not trusted fails the request |
 * @see https://nodejs.org/api/https.html#class-httpsagent
 */
export interface AgentOptions extends https.AgentOptions {
  /**
   * Milliseconds subtracted from the server's `Keep-Alive: timeout=…`, so that the agent closes an idle
   * connection before the server does. What is no number, or negative, is taken for the default.
   * @default 1000
   * @see https://nodejs.org/api/http.html#new-agentoptions
   */
  agentKeepAliveTimeoutBuffer?: number | undefined;
  /**
   * Proxies for the requests of this agent, which go through a tunnel made by CONNECT; a proxy that
   * makes none fails the request with `ERR_PROXY_TUNNEL`. An `http:` or `https:` URL that cannot be read
   * throws `ERR_PROXY_INVALID_CONFIG`; proxies of other kinds are not used.
   * @default undefined, no proxy
   * @see https://nodejs.org/api/http.html#built-in-proxy-support
   * @see RFC 9110, section 9.3.6
   */
  proxyEnv?: ProxyEnv | undefined;
}

/**
 * Keeps TLS connections and their sessions, and decides which request gets which.
 * @see https://nodejs.org/api/https.html#class-httpsagent
 */
export class Agent extends https.Agent {
  /** @param options see {@link AgentOptions}, and for what they throw */
  constructor(options?: AgentOptions);
  /**
   * Sockets and requests of the pool, to all servers together, and which side speaks their TLS.
   *
   * Optional in the type, because an agent of Node's own may stand for ours: `agent.stats?.()`.
   * @see docs/operating.md, "Numbers"
   */
  stats?(): SecureAgentStats;
}

/**
 * Options of a request: those of rust-http's and of `tls.connect`. Times are in milliseconds. A
 * `checkServerIdentity` that the agent does not have makes a connection of the request's own, which is
 * not kept.
 * @see https://nodejs.org/api/https.html#httpsrequestoptions-callback
 */
export interface RequestOptions extends https.RequestOptions {
  /**
   * How strictly the values of headers are checked, both ways. Another word, or `insecureHTTPParser`
   * beside it, throws `ERR_INVALID_ARG_VALUE`.
   * @default 'strict'
   * @see https://nodejs.org/api/http.html#httprequestoptions-callback
   * @see RFC 9110, section 5.5
   */
  httpValidation?: 'strict' | 'relaxed' | 'insecure' | undefined;
}

/**
 * Begins a request, which is sent when it is ended. Failures come as `'error'` on it: those of
 * `http.request`, and of TLS `DEPTH_ZERO_SELF_SIGNED_CERT`, `CERT_HAS_EXPIRED`,
 * `ERR_TLS_CERT_ALTNAME_INVALID` and others.
 * @param options an URL as text or object, or the options; an URL that cannot be read throws
 * `ERR_INVALID_URL`, a protocol that is not the agent's `ERR_INVALID_PROTOCOL`, a target or method
 * with characters that may not be there `ERR_UNESCAPED_CHARACTERS` or `ERR_INVALID_HTTP_TOKEN`
 * @param callback once for `'response'`
 * @see https://nodejs.org/api/https.html#httpsrequestoptions-callback
 */
export function request(
  options: RequestOptions | string | URL,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;
/**
 * The same with an URL and options, of which the options win.
 * @param callback once for `'response'`
 */
export function request(
  url: string | URL,
  options: RequestOptions,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;

/**
 * A request that is ended at once, GET unless `method` says otherwise. Throws and fails as `request`.
 * @param options an URL as text or object, or the options
 * @param callback once for `'response'`
 * @see https://nodejs.org/api/https.html#httpsgetoptions-callback
 */
export function get(
  options: RequestOptions | string | URL,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;
/**
 * The same with an URL and options, of which the options win.
 * @param callback once for `'response'`
 */
export function get(
  url: string | URL,
  options: RequestOptions,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;
