/** What applications and frameworks write, against our types alone. */

import * as node from 'node:http';
import type * as net from 'node:net';
import * as http from 'rust-http';
import 'rust-http/register';

// Our module passes for Node's, whatever the age of its types.
export const standsIn: Pick<
  typeof node,
  'Server' | 'ServerResponse' | 'createServer' | 'request' | 'Agent'
> = http;

const server = http.createServer(
  {
    keepAliveTimeoutBuffer: 500,
    optimizeEmptyRequests: true,
    shouldUpgradeCallback: (req) => req.url === '/socket',
    httpValidation: 'strict',
    highWaterMark: 1024,
  },
  (req, res) => {
    const url: string | undefined = req.url;
    const host: string | undefined = req.headers.host;
    res.writeInformation(103, { link: '</a.css>; rel=preload' }, () => {});
    res
      .writeHead(
        200,
        [
          ['X-Url', url ?? ''],
          ['X-Host', host ?? ''],
        ].flat(),
      )
      .end('ok');
  },
);

server.keepAliveTimeoutBuffer = 2000;
server.on('upgrade', (req, socket, head) => {
  const method: string | undefined = req.method;
  socket.write(head);
  socket.end(method);
});
server.on('clientError', (error: Error, socket) => socket.destroy(error));
server.listen({ port: 0, signal: new AbortController().signal });

export const asNet: net.Server = server;
export const asNode: node.Server = server;

// @ts-expect-error an option with a wrong type is refused
http.createServer({ keepAliveTimeoutBuffer: '500' });
// @ts-expect-error only three levels are known
http.createServer({ httpValidation: 'none' });
// @ts-expect-error a status is a number
http.request({ host: 'x' }, (res) => res.statusCode?.trim());

// Classes of one's own, as frameworks make them.
class Request extends http.IncomingMessage {
  ip = '';
}
class Response<R extends http.IncomingMessage> extends http.ServerResponse<R> {
  send(body: string) {
    this.end(body);
  }
}
http.createServer({ IncomingMessage: Request, ServerResponse: Response }, (req, res) => {
  res.send(req.ip);
});

// A framework's handler, typed against Node, under our server; and its factory of servers.
declare function app(req: node.IncomingMessage, res: node.ServerResponse): void;
http.createServer(app);
declare function fastify(options: {
  serverFactory: (handler: node.RequestListener) => node.Server;
}): void;
fastify({ serverFactory: (handler) => http.createServer(handler) });
declare function upgradeServer(options: { server: node.Server }): void;
upgradeServer({ server });

const agent = new http.Agent({
  keepAlive: true,
  agentKeepAliveTimeoutBuffer: 100,
  proxyEnv: { HTTP_PROXY: 'x' },
});
const request: http.ClientRequest = http.request('http://localhost', { agent }, (res) =>
  res.resume(),
);
node.get({ agent, host: 'localhost' });
request.on('information', ({ statusCode }) => statusCode.toFixed());

const undo: () => void = http.setGlobalProxyFromEnv({ NO_PROXY: 'localhost' });
undo();
export const names: string[] = http.METHODS;
export const size: number = http.maxHeaderSize;

// What is ours alone.
const stats: http.ServerStats | undefined = server.stats?.();
export const inFlight: number = stats?.requestsInFlight ?? 0;
http.createServer({ overload: { maxQueue: 100, maxDelay: 500 }, health: '/healthz' });
http.createServer({ health: { path: '/healthz', blockedAfter: 1000 } });
// @ts-expect-error a path is needed
http.createServer({ health: { blockedAfter: 1000 } });
server.drain?.({ timeout: 1000 }).then(({ answered, cut }) => answered + cut);
// @ts-expect-error milliseconds are a number
server.drain?.({ timeout: '1s' });
export const idle: number = agent.stats?.().freeSockets ?? 0;
http.createServer((req, res) => {
  const signal: AbortSignal = req.signal;
  signal.addEventListener('abort', () => res.destroy());
});
http.request({ host: 'x', httpValidation: 'relaxed' }, (res) => res.resume());
// @ts-expect-error a level that is not known
http.get('http://x', { httpValidation: 'none' });
// @ts-expect-error nothing can be set in a snapshot's place
server.stats = 1;
