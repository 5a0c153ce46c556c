'use strict';
// TLS through a proxy (RFC 9110, section 9.3.6): CONNECT on a connection to the proxy, and TLS with the
// server over what that becomes.
const { StringPrototypeStartsWith } = require('../base/primordials');
const net = require('node:net');
const tls = require('node:tls');
const { ERR_PROXY_TUNNEL } = require('../base/errors');
const { kAwaitsTunnel, kProxyConfig } = require('../base/symbols');
const { ClientRequest } = require('../client/client-request');
const { accessors } = require('../node/http');

/** Milliseconds in which a proxy that has refused may say the rest. */
const LINGER = 1000;

/** Returns the socket to the proxy, if one is made; `callback` gets the secured socket through it, or an error. */
function connectThroughProxy(agent, options, callback) {
  const proxy = agent[kProxyConfig];
  const target = authorityOf(options, agent);
  const maxHeaderSize = options.maxHeaderSize || accessors.maxHeaderSize;
  const refused = (answer) =>
    new ERR_PROXY_TUNNEL(`Failed to establish tunnel to ${target} via ${proxy.href}: ${answer}`);
  let socket;
  let req;
  try {
    req = new ClientRequest({
      method: 'CONNECT',
      path: target,
      createConnection: () => (socket = connectToProxy(proxy, options)),
      setDefaultHeaders: false,
      headers: tunnelHeaders(agent, proxy, target),
      maxHeaderSize,
      timeout: options.timeout || undefined,
    });
  } catch (error) {
    process.nextTick(callback, error);
    return undefined;
  }
  req.on('timeout', () => req.destroy(timeoutError(options.timeout)));
  req.on('error', (error) => {
    if (StringPrototypeStartsWith(error.code ?? '', 'HPE_') && error.code !== 'HPE_HEADER_OVERFLOW')
      callback(refused(firstLine(error.rawPacket)));
    else callback(tunnelError(error, maxHeaderSize));
  });
  req.on('connect', (res, tunnel, head) => {
    if (res.statusCode === 200) {
      startTls(tunnel, head, options, callback);
      return;
    }
    closeGently(tunnel);
    const error = refused(`HTTP/${res.httpVersion} ${res.statusCode} ${res.statusMessage}`);
    error.statusCode = res.statusCode;
    callback(error);
  });
  req.end();
  return socket;
}

const firstLine = (bytes) => `${bytes ?? ''}`.split(/\r?\n/, 1)[0];

/** Host and port of the server that is asked for. */
function authorityOf({ host, port }, { defaultPort }) {
  return `${net.isIPv6(host) ? `[${host}]` : host}:${port || defaultPort}`;
}

function connectToProxy({ connectOptions, protocol }, { timeout }) {
  const options = { ...connectOptions };
  const socket = protocol === 'https:' ? tls.connect(options) : net.connect(options);
  socket[kAwaitsTunnel] = true;
  if (timeout) socket.setTimeout(timeout);
  return socket;
}

function tunnelHeaders({ keepAlive, maxSockets }, { auth }, target) {
  const headers = {};
  if (auth) headers['proxy-authorization'] = auth;
  if (keepAlive || maxSockets !== Number.POSITIVE_INFINITY)
    headers['proxy-connection'] = 'keep-alive';
  headers.host = target;
  return headers;
}

/** TLS over the tunnel. `head` came with the proxy's answer. */
function startTls(tunnel, head, options, callback) {
  tunnel.setTimeout(0);
  if (head.length > 0) tunnel.unshift(head);
  const servername = net.isIP(options.host) ? undefined : options.host;
  let socket;
  try {
    socket = tls.connect({ servername, ...options, socket: tunnel });
  } catch (error) {
    tunnel.destroy();
    callback(error);
    return;
  }
  const onSecure = () => {
    socket.removeListener('error', onError);
    callback(null, socket);
  };
  const onError = (error) => {
    socket.removeListener('secureConnect', onSecure);
    callback(error);
  };
  socket.once('secureConnect', onSecure);
  socket.once('error', onError);
}

/** Ends a connection whose peer may still send: closed with something unread, it would be reset. */
function closeGently(socket) {
  socket.on('error', () => {});
  socket.setTimeout(LINGER, () => socket.destroy());
  socket.resume().end();
}

function timeoutError(timeout) {
  const error = new ERR_PROXY_TUNNEL(
    `Connection to establish proxy tunnel timed out after ${timeout}ms`,
  );
  error.proxyTunnelTimeout = timeout;
  return error;
}

/** Why there is no tunnel, in words of the tunnel. What the system says of the proxy stays as it is. */
function tunnelError(error, maxHeaderSize) {
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return new ERR_PROXY_TUNNEL(`Proxy response headers exceeded ${maxHeaderSize} bytes`);
  if (error.code === 'ECONNRESET' && error.syscall === undefined)
    return new ERR_PROXY_TUNNEL('Connection to establish proxy tunnel ended unexpectedly');
  return error;
}

module.exports = { connectThroughProxy };
