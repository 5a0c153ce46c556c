/** Every form of import from an ES module. */

import * as namespace from 'rust-http';
import http, { createServer, type IncomingMessage, type Server } from 'rust-http';
import https, { Agent, get } from 'rust-http/https';
import manifest from 'rust-http/package.json' with { type: 'json' };
import 'rust-http/register';

export const server: Server = createServer((req: IncomingMessage, res) => res.end(req.url));
export const same: [Server, Server] = [http.createServer(), namespace.createServer()];
export const version: string = manifest.version;
export const agents: [Agent, Agent] = [new Agent(), new https.Agent()];
export const functions = [get, https.get];
