'use strict';
// What only the oldest documentation has: `createClient`, `getAgent`, and the former names of
// IncomingMessage. Each warns once that it is deprecated.
const { ObjectDefineProperty, ObjectEntries } = require('./base/primordials');
const { deprecate } = require('node:util');
const { Agent } = require('./client/agent');
const { ClientRequest } = require('./client/client-request');
const { shared } = require('./client/global-agent');
const { IncomingMessage } = require('./message/incoming-message');
const { EventEmitter } = require('./node/builtins');

/** What `createClient` returns: requests to one server, one at a time, on one connection. */
class Client extends EventEmitter {
  constructor(port, host) {
    super();
    this.host = host || 'localhost';
    this.port = port || 80;
    this.agent = new Agent({ host: this.host, port: this.port, maxSockets: 1 });
  }

  /** `request([method], path, [headers])`: a new ClientRequest, GET if no method is given. */
  request(method, path, headers) {
    if (typeof path !== 'string') [method, path, headers] = ['GET', method, path];
    const { agent, host, port } = this;
    const req = new ClientRequest({ agent, headers, host, method, path, port });
    req.on('error', (error) => {
      if (req.listenerCount('error') === 1) this.emit('error', error);
    });
    req.on('socket', (socket) => {
      socket.once('end', () => this.emit('end'));
    });
    return req;
  }
}

/** What `getAgent` returns: the global agent's connections to one server. */
class ServerAgent {
  constructor(host, port) {
    this.host = host || 'localhost';
    this.port = port || 80;
  }

  get name() {
    return shared.globalAgent.getName({ host: this.host, port: this.port });
  }
  get protocol() {
    return shared.globalAgent.protocol;
  }
  get defaultPort() {
    return shared.globalAgent.defaultPort;
  }
  /** Sockets in use. */
  get sockets() {
    return [...(shared.globalAgent.sockets[this.name] ?? [])];
  }
  /** Requests that wait for a socket. */
  get queue() {
    return [...(shared.globalAgent.requests[this.name] ?? [])];
  }
  /** How many sockets there may be to each server. */
  get maxSockets() {
    return shared.globalAgent.maxSockets;
  }
  set maxSockets(max) {
    shared.globalAgent.maxSockets = max;
  }

  addRequest(req, options) {
    shared.globalAgent.addRequest(req, options);
  }
}

const deprecated = (f, name, instead, code) =>
  deprecate(f, `http.${name} is deprecated. Use \`http.${instead}\` instead.`, code);
const client = (port, host) => new Client(port, host);
const serverAgent = (host, port) => new ServerAgent(host, port);
const message = () => IncomingMessage;

const members = {
  createClient: { value: deprecated(client, 'createClient()', 'request', 'DEP0010') },
  getAgent: { value: deprecated(serverAgent, 'getAgent()', 'globalAgent', 'RUST_HTTP_DEP0001') },
  ServerRequest: {
    get: deprecated(message, 'ServerRequest', 'IncomingMessage', 'RUST_HTTP_DEP0002'),
  },
  ClientResponse: {
    get: deprecated(message, 'ClientResponse', 'IncomingMessage', 'RUST_HTTP_DEP0003'),
  },
};

/** Puts them on the module's exports, where no listing of names shows them. */
function define(api) {
  for (const [name, member] of ObjectEntries(members))
    ObjectDefineProperty(api, name, { __proto__: null, configurable: true, ...member });
}

module.exports = { define };
