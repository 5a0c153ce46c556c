/**
 * Types of rust-http: those of `node:http`, so that code written against either is accepted by the
 * other, with the members of newer Nodes written out for installations whose @types/node is older.
 *
 * A member that is not here has its entry in @types/node, and works as it says; the tables below have the units,
 * defaults and errors that those entries leave out. In which file a member is: docs/architecture.md, "Where a
 * documented member is". `isValidHeaderName`, `isValidHeaderValue`, `websocketMask`, `websocketUnmask` and the members
 * of the oldest documentation have no types: `node:http` could not be assigned to this module if they had.
 */
/// <reference types="node" />

import type * as http from 'node:http';

export * from 'node:http';

/**
 * What `createServer` understands beyond the options in older versions of @types/node.
 * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
 */
export interface ServerOptionsAdditions<Request extends typeof http.IncomingMessage> {
  /**
   * Milliseconds for which a kept-alive connection stays open beyond the announced
   * `keepAliveTimeout`, so that a request sent at the last moment still finds it. Anything but a
   * number throws `ERR_INVALID_ARG_TYPE`, a negative or fractional one `ERR_OUT_OF_RANGE`.
   * @default 1000
   * @see https://nodejs.org/api/http.html#serverkeepalivetimeoutbuffer
   */
  keepAliveTimeoutBuffer?: number | undefined;
  /**
   * Gives requests without a body an already ended stream: no `'data'` or `'end'` follows.
   * `req.readableEnded` tells. Anything but a boolean throws `ERR_INVALID_ARG_TYPE`.
   * @default false
   * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
   * @see RFC 9112, section 6.3, for which requests have no content
   */
  optimizeEmptyRequests?: boolean | undefined;
  /**
   * Decides whether a request to upgrade becomes an `'upgrade'` event (true) or an ordinary
   * `'request'` (false). Anything but a function throws `ERR_INVALID_ARG_TYPE`.
   * @default () => server.listenerCount('upgrade') > 0
   * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
   * @see RFC 9110, section 7.8
   */
  shouldUpgradeCallback?: ((request: InstanceType<Request>) => boolean) | undefined;
  /**
   * How strictly the values of headers are checked: `'relaxed'` accepts control characters,
   * `'insecure'` is `insecureHTTPParser`. Another word, or both options at once, throw
   * `ERR_INVALID_ARG_VALUE`.
   * @default 'strict'
   * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
   * @see RFC 9110, section 5.5
   */
  httpValidation?: 'strict' | 'relaxed' | 'insecure' | undefined;
  /**
   * Answers a request with 400 whose Host is no host with an optional port, as RFC 9110 (section 7.2)
   * has it; nothing behind it is read. Anything but a boolean throws `ERR_INVALID_ARG_TYPE`.
   * @default false, true with `RUST_HTTP_STRICT_HOST=1` in the environment
   * @see RFC 9110, section 7.2; RFC 9112, section 3.2
   */
  strictHost?: boolean | undefined;
  /**
   * Refuses requests when too much waits for JavaScript, also while it is blocked: an I/O thread
   * answers them. {@link OverloadOptions} says what is thrown.
   * @default undefined: nothing is refused
   * @see RFC 9110, section 15.6.4; docs/operating.md, "When more comes than can be answered"
   */
  overload?: OverloadOptions | undefined;
  /**
   * Answers GET and HEAD of a path, whatever its query, without JavaScript:
   * `{"status":"ok","delay":0,"queue":0}`, with the milliseconds for which something has waited for JavaScript,
   * and the requests that wait. The status is `ok`, `busy` beyond the limits of `overload`, both with 200, or
   * `blocked` with 503.
   *
   * A path that does not begin with a slash or has a query throws `ERR_INVALID_ARG_VALUE`, what is neither
   * text nor an object `ERR_INVALID_ARG_TYPE`.
   * @default undefined: handlers answer the path as any other
   * @see docs/operating.md, "Health"
   */
  health?: string | HealthOptions | undefined;
}

/**
 * When requests are refused: `maxQueue`, `maxDelay` or both, else `ERR_INVALID_ARG_VALUE` is thrown. What is no
 * number throws `ERR_INVALID_ARG_TYPE`, what is out of bounds or not whole `ERR_OUT_OF_RANGE`.
 *
 * On streams (TLS by Node, Windows, `emit('connection', stream)`) JavaScript refuses: `maxQueue` is the number
 * of their requests that are not answered, and `maxDelay` has no effect.
 * @see docs/operating.md, "When more comes than can be answered"
 */
export interface OverloadOptions {
  /**
   * Requests that may wait for JavaScript, at least 1.
   * @default undefined: any number
   */
  maxQueue?: number | undefined;
  /**
   * The longest time in milliseconds that something may have waited for JavaScript, at least 1.
   * @default undefined: any time
   */
  maxDelay?: number | undefined;
  /**
   * Status code of the answer, from 400 to 599.
   * @default 503
   * @see RFC 9110, section 15.6.4
   */
  status?: number | undefined;
  /**
   * Seconds after which the client may try again, in a Retry-After field; 0 or more.
   * @default 1
   * @see RFC 9110, section 10.2.3
   */
  retryAfter?: number | undefined;
}

/**
 * The health path, and when the event loop counts as blocked.
 * @see docs/operating.md, "Health"
 */
export interface HealthOptions {
  /**
   * Begins with a slash and has no query; else `ERR_INVALID_ARG_VALUE` is thrown. What is not a string throws
   * `ERR_INVALID_ARG_TYPE`.
   */
  path: string;
  /**
   * Milliseconds after which JavaScript counts as blocked when something waits for it, at least 1. What is not a
   * number throws `ERR_INVALID_ARG_TYPE`, what is less or not whole `ERR_OUT_OF_RANGE`.
   * @default 5000
   */
  blockedAfter?: number | undefined;
}

/**
 * Open connections whose bytes JavaScript feeds to the parser, over a stream, by what keeps them from
 * being native. They behave the same, and cost about what they cost with Node's own http.
 * @see docs/operating.md, "Numbers"
 */
export interface Fallbacks {
  /** TLS that Node speaks. */
  tls: number;
  /**
   * A socket with a handle of Node's own: one that was emitted as `'connection'`, all on Windows, and those
   * whose `_handle` was read, as sending them to another process does.
   */
  handle: number;
  /** Any other stream, given by `emit('connection', stream)` or an agent's `createConnection`. */
  stream: number;
}

/**
 * What `server.stats()` tells: a snapshot, not kept up to date. What is "since" never becomes less.
 * @see docs/operating.md, "Numbers"
 */
export interface ServerStats {
  /**
   * Open connections, idle ones included; those handed over by an upgrade or CONNECT are not.
   * @see https://nodejs.org/api/net.html#servergetconnectionscallback, which counts those, too
   */
  connections: number;
  /** Connections since the server was made. */
  connectionsTotal: number;
  /**
   * Open sockets that were handed over by an upgrade or CONNECT, or that speak no HTTP.
   * @see RFC 9110, sections 7.8 and 9.3.6
   */
  upgraded: number;
  /** Requests that handlers have got and that are not answered to the end. */
  requestsInFlight: number;
  /** Requests that were read and that wait for JavaScript. */
  requestsQueued: number;
  /** Requests since the server was made. */
  requestsTotal: number;
  /** Requests since the server was made whose answers were ended and handed to the system. */
  requestsAnswered: number;
  /** Bytes received since the server was made, heads included; of TLS, what was in it. */
  bytesRead: number;
  /** Bytes sent since the server was made, heads included; of TLS, what was in it. */
  bytesWritten: number;
  /**
   * Which thread reads and sends at the moment: that of JavaScript, from its event loop, as long as it
   * keeps up, and under load an I/O thread beside it. One for all servers and agents of a process or
   * worker.
   */
  driver: 'javascript' | 'io-thread';
  /** Open connections that are not native. */
  fallbacks: Fallbacks;
  /** Requests that were refused because of `overload`; they are not in the counts above. */
  requestsShed: number;
  /** Requests of the `health` path that were answered; those the I/O side answered are not in the counts above. */
  healthChecks: number;
  /**
   * The longest time in milliseconds that something waited for JavaScript, as the I/O side sees it, within the
   * last 10 to 20 seconds; of all servers of the process or worker. `null` without `overload` and `health`, and
   * while the server does not listen: it is not measured then.
   */
  loopDelay: number | null;
}

/**
 * What `server.stats()` of a server of https tells.
 * @see docs/compatibility.md, "https"
 */
export interface SecureServerStats extends ServerStats {
  /**
   * Which side speaks TLS on connections that come now: the native side, or Node. A single client that only
   * Node understands is left to Node in either case.
   */
  tls: 'native' | 'node';
  /** Why the native side cannot speak TLS; null if it can. */
  tlsReason: string | null;
}

/**
 * What `agent.stats()` of an agent of https tells.
 * @see docs/operating.md
 */
export interface SecureAgentStats extends AgentStats {
  /** Which side speaks TLS on the connection that was begun last; null if there was none. */
  tls: 'native' | 'node' | null;
  /** Why the native side could not speak TLS; null if it could. */
  tlsReason: string | null;
}

/**
 * What `server.drain()` takes.
 * @see docs/operating.md, "Stopping without losing a request"
 */
export interface DrainOptions {
  /**
   * Milliseconds after which what is left is destroyed. Anything but a number throws
   * `ERR_INVALID_ARG_TYPE`, a negative one `ERR_OUT_OF_RANGE`.
   * @default Infinity, which waits for as long as it takes
   */
  timeout?: number | undefined;
}

/**
 * What `server.drain()` resolves with.
 * @see docs/operating.md, "Stopping without losing a request"
 */
export interface DrainResult {
  /** Requests whose answers were ended since the call. */
  answered: number;
  /**
   * Requests that were under way when the time was over, those that had not arrived whole included; a
   * connection whose answer the client had not taken counts as one.
   */
  cut: number;
  /** Upgraded sockets, and others that spoke no HTTP, that were destroyed when the time was over. */
  cutUpgraded: number;
}

/**
 * What `agent.stats()` tells: a snapshot, not kept up to date. What is "since" never becomes less.
 * @see docs/operating.md, "Numbers"
 */
export interface AgentStats {
  /**
   * Connections that carry a request, those that are being made included.
   * @see https://nodejs.org/api/http.html#agentsockets
   */
  sockets: number;
  /**
   * Idle connections.
   * @see https://nodejs.org/api/http.html#agentfreesockets
   */
  freeSockets: number;
  /**
   * Requests that wait for a connection.
   * @see https://nodejs.org/api/http.html#agentrequests
   */
  requestsWaiting: number;
  /** Connections since the agent was made. */
  socketsTotal: number;
  /**
   * Requests since the agent was made that took an idle connection.
   * @see https://nodejs.org/api/http.html#requestreusedsocket
   */
  requestsReused: number;
  /** Bytes received since the agent was made, heads included; of TLS, what was in it. */
  bytesRead: number;
  /** Bytes sent since the agent was made, heads included; of TLS, what was in it. */
  bytesWritten: number;
  /** Which thread reads and sends at the moment; see `ServerStats`. */
  driver: 'javascript' | 'io-thread';
  /** Open connections that are not native. */
  fallbacks: Fallbacks;
}

/**
 * Options of `createServer` and `new Server`: those of Node and the newest of them. What has the
 * wrong type throws `ERR_INVALID_ARG_TYPE`, what is negative or not whole `ERR_OUT_OF_RANGE`.
 *
 * | option | unit | default | |
 * | --- | --- | --- | --- |
 * | `headersTimeout` | ms | 60000, or `requestTimeout` if that is less | for a request's head; 408 and close; 0: none; more than `requestTimeout` throws `ERR_OUT_OF_RANGE` |
 * | `requestTimeout` | ms | 300000 | for a whole request; 408 and close; 0: none |
 * | `keepAliveTimeout` | ms | that of the Node it runs on | for the next request of a connection; 0: none |
 * | `connectionsCheckingInterval` | ms | 30000 | how often the first two are looked at |
 * | `maxHeaderSize` | bytes | `http.maxHeaderSize` | of a request's head; 431 beyond it |
 * | `highWaterMark` | bytes | `stream.getDefaultHighWaterMark()` | of sockets and responses |
 * | `noDelay` | | `true` | Nagle's algorithm off |
 * | `keepAlive` | | `false` | the system probes idle connections |
 * | `keepAliveInitialDelay` | ms | 0: the system's | before the first probe |
 * | `requireHostHeader` | | `true` | 400 for an HTTP/1.1 request without a Host |
 * | `overload` | | none | when requests are refused, see {@link OverloadOptions} |
 * | `health` | | none | a path that is answered without JavaScript, see {@link HealthOptions} |
 * | `strictHost` | | `false`, `true` with `RUST_HTTP_STRICT_HOST=1` | 400 for a Host that RFC 9110 does not allow |
 * | `joinDuplicateHeaders` | | `false` | joins fields with `, ` that Node keeps only the first of |
 * | `uniqueHeaders` | | none | response fields whose values are joined with `; ` |
 * | `rejectNonStandardBodyWrites` | | `false` | content for an answer that has none throws `ERR_HTTP_BODY_NOT_ALLOWED` |
 * | `insecureHTTPParser` | | `--insecure-http-parser` | lets through what can smuggle requests |
 * | `IncomingMessage`, `ServerResponse` | | ours | classes of one's own, inheriting from them |
 * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
 */
export interface ServerOptions<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
> extends http.ServerOptions<Request, Response>,
    ServerOptionsAdditions<Request> {}

/**
 * A `net.Server` whose listener and connections are native. Callable without `new`.
 *
 * The properties below may be changed while the server listens. They are not checked when they are set: a timeout
 * that is no number above 0 is none.
 *
 * | property | unit | default | |
 * | --- | --- | --- | --- |
 * | `headersTimeout`, `requestTimeout`, `keepAliveTimeout` | ms | those of the options of the same names | see {@link ServerOptions} |
 * | `timeout` | ms | 0: none | without traffic; then `'timeout'`, or the connection is destroyed |
 * | `maxHeadersCount` | fields | `null`, which is 1000; 0: any number | beyond it 431; before Node 22 the rest is left out |
 * | `maxRequestsPerSocket` | requests | 0: any number | beyond it 503 and `'dropRequest'` |
 * | `maxConnections` | connections | none | beyond it closed, and `'drop'` |
 *
 * `close(callback)` gives `ERR_SERVER_NOT_RUNNING` to the callback of a server that does not listen. `listen()` throws
 * `ERR_SERVER_ALREADY_LISTEN`, and emits `'error'` with the system's code, such as `EADDRINUSE`.
 * @see https://nodejs.org/api/http.html#class-httpserver
 * @see https://nodejs.org/api/net.html#serverlisten
 */
export class Server<
  Request extends typeof http.IncomingMessage = typeof IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof ServerResponse,
> extends http.Server<Request, Response> {
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
   * Connections, requests and bytes of this server. Cheap enough to leave on: it counts what is
   * open when it is asked, in time proportional to the open connections.
   *
   * Optional in the type, because a server of Node's own may stand for ours: `server.stats?.()`.
   * @see docs/operating.md, "Numbers"
   */
  stats?(): ServerStats;
  /**
   * Closes the server without losing a request: it accepts no more, answers what is under way with
   * `Connection: close`, and closes at once what is idle, connections without any request included. After
   * `timeout` milliseconds it destroys what is left. Upgraded sockets are their owners' to end; they are
   * waited for, too, and destroyed in the end.
   *
   * Resolves when the server and all its connections are closed, behind `'close'`; at once for a server that
   * does not listen and has none. A second call shares the first one's end; the first limit to pass counts.
   * Rejects only because of its options, see {@link DrainOptions}.
   *
   * Optional in the type, because a server of Node's own may stand for ours.
   * @see docs/operating.md, "Stopping without losing a request"
   * @see RFC 9112, section 9.6
   */
  drain?(options?: DrainOptions): Promise<DrainResult>;
}

/**
 * Makes a server with the default options.
 * @param requestListener added to `'request'`
 * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
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
 * A received request or response: a `stream.Readable` of its content.
 * @see https://nodejs.org/api/http.html#class-httpincomingmessage
 */
export class IncomingMessage extends http.IncomingMessage {
  /**
   * Aborted when the message is destroyed, or when its connection closes before the exchange is
   * complete: stop work for the request then. Made when it is first read.
   * @see https://nodejs.org/api/http.html#messagesignal
   */
  readonly signal: AbortSignal;
}

/**
 * The answer to a request: a `stream.Writable` for its content.
 *
 * Its own errors, and those that requests of a client share with it:
 *
 * | member | throws |
 * | --- | --- |
 * | `setHeader`, `setHeaders`, `appendHeader` | `ERR_HTTP_HEADERS_SENT` once the head was made; `ERR_INVALID_HTTP_TOKEN` for a name, `ERR_HTTP_INVALID_HEADER_VALUE` for undefined, `ERR_INVALID_CHAR` for other values; `ERR_INVALID_ARG_TYPE` for what is no `Headers` or `Map` |
 * | `removeHeader` | `ERR_HTTP_HEADERS_SENT`; `ERR_INVALID_ARG_TYPE` for a name that is no string, as `getHeader` and `hasHeader` do |
 * | `writeHead` | `ERR_HTTP_HEADERS_SENT`; `ERR_HTTP_INVALID_STATUS_CODE` below 100 and above 999; `ERR_INVALID_CHAR` for the reason; `ERR_INVALID_ARG_VALUE` for a flat array with a name without a value; what `setHeader` throws |
 * | `write`, `end` | `ERR_INVALID_ARG_TYPE` for what is no string, Buffer or Uint8Array; `ERR_STREAM_NULL_VALUES` for null in `write`; `ERR_HTTP_CONTENT_LENGTH_MISMATCH` with `strictContentLength`; `ERR_HTTP_BODY_NOT_ALLOWED` with the option `rejectNonStandardBodyWrites`. Content behind the end is `'error'` with `ERR_STREAM_WRITE_AFTER_END` |
 * | `addTrailers` | `ERR_INVALID_HTTP_TOKEN`, `ERR_INVALID_CHAR` |
 * | `pipe` | emits `'error'` with `ERR_STREAM_CANNOT_PIPE` |
 * | `assignSocket` | `ERR_HTTP_SOCKET_ASSIGNED` for a socket that has a response |
 *
 * | property | default | |
 * | --- | --- | --- |
 * | `statusCode`, `statusMessage` | 200, and the reason of `STATUS_CODES` | of a head that `writeHead` does not make |
 * | `sendDate` | `true` | adds a Date field |
 * | `strictContentLength` | `false` | counts content against Content-Length |
 *
 * `setTimeout` is in milliseconds.
 * @see https://nodejs.org/api/http.html#class-httpserverresponse
 */
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
   * @see https://nodejs.org/api/http.html#responsewriteinformationstatuscode-headers-callback
   * @see RFC 9110, section 15.2
   */
  writeInformation(
    statusCode: number,
    headers?: http.OutgoingHttpHeaders | readonly string[],
    callback?: () => void,
  ): void;
  /** The same without header fields. */
  writeInformation(statusCode: number, callback: () => void): void;
}

/**
 * Variables that name the proxies to use, as in the environment of a process.
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
export interface ProxyEnv extends NodeJS.ProcessEnv {
  /** URL of the proxy for `http:`. */
  HTTP_PROXY?: string | undefined;
  /** URL of the proxy for `https:`. */
  HTTPS_PROXY?: string | undefined;
  /**
   * Hosts that are asked without a proxy, between commas: names, each with a port or without,
   * `.suffix`, `*.suffix`, IPv4 addresses from `first-last`; `*` for all.
   */
  NO_PROXY?: string | undefined;
  /** Comes before `HTTP_PROXY`. */
  http_proxy?: string | undefined;
  /** Comes before `HTTPS_PROXY`. */
  https_proxy?: string | undefined;
  /** Comes before `NO_PROXY`. */
  no_proxy?: string | undefined;
}

/**
 * Options of an agent: those of Node and the newest of them, and those of `net.connect`.
 *
 * | option | unit | default | |
 * | --- | --- | --- | --- |
 * | `keepAlive` | | `false`; `true` for `globalAgent` | keeps connections for later requests |
 * | `keepAliveMsecs` | ms | 1000 | before the system's first probe of a kept connection |
 * | `maxSockets` | connections | `Infinity` | to one server |
 * | `maxTotalSockets` | connections | `Infinity` | to all; not a positive number: `ERR_OUT_OF_RANGE` |
 * | `maxFreeSockets` | connections | 256 | kept idle, for one server |
 * | `scheduling` | | `'lifo'` | which idle connection is taken; another word throws `ERR_INVALID_ARG_VALUE` |
 * | `timeout` | ms | none | without traffic; `'timeout'` on the request, or the end of an idle connection |
 * @see https://nodejs.org/api/http.html#new-agentoptions
 */
export interface AgentOptions extends http.AgentOptions {
  /**
   * Milliseconds subtracted from the server's `Keep-Alive: timeout=…`, so that the agent closes an idle
   * connection before the server does. What is no number, or negative, is taken for the default.
   * @default 1000
   * @see https://nodejs.org/api/http.html#new-agentoptions
   */
  agentKeepAliveTimeoutBuffer?: number | undefined;
  /**
   * Proxies for the requests of this agent. An `http:` or `https:` URL that cannot be read throws
   * `ERR_PROXY_INVALID_CONFIG`; proxies of other kinds are not used.
   * @default undefined, no proxy
   * @see https://nodejs.org/api/http.html#built-in-proxy-support
   */
  proxyEnv?: ProxyEnv | undefined;
}

/**
 * Keeps connections, and decides which request gets which.
 * @see https://nodejs.org/api/http.html#class-httpagent
 */
export class Agent extends http.Agent {
  /** @param options see {@link AgentOptions}, and for what they throw */
  constructor(options?: AgentOptions);
  /**
   * Sockets and requests of the pool, to all servers together.
   *
   * Optional in the type, because an agent of Node's own may stand for ours: `agent.stats?.()`.
   * @see docs/operating.md, "Numbers"
   */
  stats?(): AgentStats;
}

/**
 * Options of a request: those of Node and the newest of them. Times are in milliseconds.
 * @see https://nodejs.org/api/http.html#httprequestoptions-callback
 */
export interface RequestOptions extends http.RequestOptions {
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
 * Begins a request, which is sent when it is ended. Failures come as `'error'` on it: `ECONNREFUSED`,
 * `ECONNRESET` and others of the system, `HPE_…` for an answer that is no HTTP. Its methods throw what those of
 * {@link ServerResponse} do. `setTimeout` and the option `timeout` are in milliseconds, without traffic, none by
 * default; a value that is negative or not finite throws `ERR_OUT_OF_RANGE`, one that is no number
 * `ERR_INVALID_ARG_TYPE`. `maxHeadersCount` is `null`, which is 1000 fields of the answer; those beyond are left out.
 * @param options an URL as text or object, or the options; an URL that cannot be read throws
 * `ERR_INVALID_URL`, a protocol that is not the agent's `ERR_INVALID_PROTOCOL`, a target or method
 * with characters that may not be there `ERR_UNESCAPED_CHARACTERS` or `ERR_INVALID_HTTP_TOKEN`
 * @param callback once for `'response'`
 * @see https://nodejs.org/api/http.html#httprequestoptions-callback
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
 * A request that is ended at once, GET unless `method` says otherwise.
 * @param options an URL as text or object, or the options; an URL that cannot be read throws
 * `ERR_INVALID_URL`, a protocol that is not the agent's `ERR_INVALID_PROTOCOL`, a target or method
 * with characters that may not be there `ERR_UNESCAPED_CHARACTERS` or `ERR_INVALID_HTTP_TOKEN`
 * @param callback once for `'response'`
 * @see https://nodejs.org/api/http.html#httpgetoptions-callback
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

/**
 * Makes `globalAgent` use the proxies named by `proxyEnv` (default: `process.env`) for every host
 * that `NO_PROXY` does not exclude. Returns a function that undoes it.
 * @throws `ERR_PROXY_INVALID_CONFIG` for a URL that cannot be read
 * @see https://nodejs.org/api/http.html#httpsetglobalproxyfromenvproxyenv
 */
export function setGlobalProxyFromEnv(proxyEnv?: ProxyEnv): () => void;
