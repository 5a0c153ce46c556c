/** Both ways: our module where Node's is asked for, and Node's where ours is. */
import * as node from 'node:http';
import * as nodeHttps from 'node:https';
import * as ours from 'rust-http';
import * as https from 'rust-http/https';

export const forward: typeof node = ours;
export const back: typeof ours = node;
export const forwardHttps: typeof nodeHttps = https;
export const backHttps: typeof https = nodeHttps;

declare const nodeServer: node.Server;
declare const ourServer: ours.Server;
declare const nodeResponse: node.ServerResponse;
declare const ourResponse: ours.ServerResponse;
declare const nodeAgent: node.Agent;
declare const ourAgent: ours.Agent;

export const servers: [ours.Server, node.Server] = [nodeServer, ourServer];
export const responses: [ours.ServerResponse, node.ServerResponse] = [nodeResponse, ourResponse];
export const agents: [ours.Agent, node.Agent] = [nodeAgent, ourAgent];

declare const nodeOptions: node.ServerOptions;
declare const ourOptions: ours.ServerOptions;
export const options: [ours.ServerOptions, node.ServerOptions] = [nodeOptions, ourOptions];

declare const nodeListener: node.RequestListener;
declare const ourListener: ours.RequestListener;
export const made = [ours.createServer(nodeListener), node.createServer(ourListener)];

declare const nodeRequest: node.IncomingMessage;
declare const ourRequest: ours.IncomingMessage;
export const requests: [ours.IncomingMessage, node.IncomingMessage] = [nodeRequest, ourRequest];

declare const nodeClient: node.ClientRequest;
declare const ourClient: ours.ClientRequest;
export const clients: [ours.ClientRequest, node.ClientRequest] = [nodeClient, ourClient];

// Code that takes the module as an argument takes either.
declare function wantsNode(http: typeof node): void;
declare function wantsOurs(http: typeof ours): void;
wantsNode(ours);
wantsOurs(node);
