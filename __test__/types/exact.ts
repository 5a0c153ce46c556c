/** Exact types, where a test of assignability would let `any` or something wider pass. */
import type * as node from 'node:http';
import * as ours from 'rust-http';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if A and B are the same type. */
declare function exactly<A, B>(...wrong: Equal<A, B> extends true ? [] : [never]): void;

exactly<string, string>();
// @ts-expect-error the test itself can fail
exactly<string, string | number>();
// biome-ignore lint/suspicious/noExplicitAny: it must not be taken for everything
type Anything = any;
// @ts-expect-error the same
exactly<string, Anything>();

// Nothing of Node's is missing.
exactly<Exclude<keyof typeof node, keyof typeof ours>, never>();

exactly<typeof ours.METHODS, string[]>();
exactly<typeof ours.STATUS_CODES, typeof node.STATUS_CODES>();
exactly<typeof ours.maxHeaderSize, number>();
exactly<typeof ours.globalAgent, node.Agent>();
exactly<typeof ours.validateHeaderName, typeof node.validateHeaderName>();
exactly<typeof ours.validateHeaderValue, typeof node.validateHeaderValue>();
exactly<typeof ours.ClientRequest, typeof node.ClientRequest>();
exactly<typeof ours.OutgoingMessage, typeof node.OutgoingMessage>();

// The server and what its listener gets.
const server = ours.createServer((req, res) => {
  exactly<typeof req, ours.IncomingMessage>();
  exactly<typeof res.req.url, string | undefined>();
  exactly<typeof req.signal, AbortSignal>();
  exactly<typeof req.headers, node.IncomingHttpHeaders>();
  exactly<typeof req.rawHeaders, string[]>();
  exactly<typeof req.url, string | undefined>();
  exactly<typeof res.statusCode, number>();
  exactly<ReturnType<typeof res.writeInformation>, void>();
});
exactly<typeof server.keepAliveTimeoutBuffer, number>();
exactly<typeof server.stats, (() => ours.ServerStats) | undefined>();
exactly<
  keyof ours.ServerStats,
  | 'connections'
  | 'connectionsTotal'
  | 'upgraded'
  | 'requestsInFlight'
  | 'requestsQueued'
  | 'requestsTotal'
  | 'requestsAnswered'
  | 'bytesRead'
  | 'bytesWritten'
  | 'driver'
  | 'fallbacks'
  | 'requestsShed'
  | 'healthChecks'
  | 'loopDelay'
>();
exactly<
  ours.ServerStats[Exclude<keyof ours.ServerStats, 'driver' | 'fallbacks' | 'loopDelay'>],
  number
>();
exactly<ours.ServerStats['loopDelay'], number | null>();
exactly<ours.ServerOptions['overload'], ours.OverloadOptions | undefined>();
exactly<ours.ServerOptions['health'], string | ours.HealthOptions | undefined>();
exactly<ours.ServerStats['driver'], 'javascript' | 'io-thread'>();
exactly<keyof ours.Fallbacks, 'tls' | 'handle' | 'stream'>();
exactly<ours.Fallbacks[keyof ours.Fallbacks], number>();
exactly<
  typeof server.drain,
  ((options?: ours.DrainOptions) => Promise<ours.DrainResult>) | undefined
>();
exactly<ours.DrainOptions, { timeout?: number | undefined }>();
exactly<ours.DrainResult, { answered: number; cut: number; cutUpgraded: number }>();

type Options = ours.ServerOptions;
exactly<Options['httpValidation'], 'strict' | 'relaxed' | 'insecure' | undefined>();
exactly<Options['keepAliveTimeoutBuffer'], number | undefined>();
exactly<Options['optimizeEmptyRequests'], boolean | undefined>();
exactly<Options['keepAliveTimeout'], number | undefined>();
exactly<Options['requestTimeout'], number | undefined>();

// The client.
exactly<ReturnType<typeof ours.request>, node.ClientRequest>();
exactly<ReturnType<typeof ours.get>, node.ClientRequest>();
ours.request('http://localhost', (res) => exactly<typeof res, node.IncomingMessage>());
exactly<ours.RequestOptions['httpValidation'], 'strict' | 'relaxed' | 'insecure' | undefined>();
exactly<ours.RequestOptions['timeout'], node.RequestOptions['timeout']>();

const agent = new ours.Agent();
exactly<typeof agent.stats, (() => ours.AgentStats) | undefined>();
exactly<
  keyof ours.AgentStats,
  | 'sockets'
  | 'freeSockets'
  | 'requestsWaiting'
  | 'socketsTotal'
  | 'requestsReused'
  | 'bytesRead'
  | 'bytesWritten'
  | 'driver'
  | 'fallbacks'
>();
exactly<ours.AgentStats[Exclude<keyof ours.AgentStats, 'driver' | 'fallbacks'>], number>();
exactly<typeof agent.freeSockets, node.Agent['freeSockets']>();
exactly<ours.AgentOptions['agentKeepAliveTimeoutBuffer'], number | undefined>();
exactly<ReturnType<typeof ours.setGlobalProxyFromEnv>, () => void>();
exactly<Parameters<typeof ours.setGlobalProxyFromEnv>, [proxyEnv?: ours.ProxyEnv]>();
