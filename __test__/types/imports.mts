/** Every form of import from an ES module. */

import * as namespace from 'rust-http';
import http, { createServer, type IncomingMessage, type Server } from 'rust-http';
import manifest from 'rust-http/package.json' with { type: 'json' };
import 'rust-http/register';

export const server: Server = createServer((req: IncomingMessage, res) => res.end(req.url));
export const same: [Server, Server] = [http.createServer(), namespace.createServer()];
export const version: string = manifest.version;
