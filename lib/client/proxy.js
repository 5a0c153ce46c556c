'use strict';
// The `proxyEnv` option of agents: which requests go through which proxy, and how such a request
// is rewritten (RFC 9112, section 3.2.2).
const {
  ArrayIsArray,
  ArrayPrototypeFindIndex,
  ArrayPrototypeMap,
  ArrayPrototypeReduce,
  ArrayPrototypeSome,
  BufferFrom,
  NumberParseInt,
  StringPrototypeEndsWith,
  StringPrototypeIncludes,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  StringPrototypeTrim,
} = require('../base/primordials');
const { ERR_INVALID_ARG_VALUE, ERR_PROXY_INVALID_CONFIG } = require('../base/errors');
const { forEachField, isPairs } = require('../message/field-pairs');
const { validatePort } = require('../base/validate');
const { net } = require('../node/builtins');

/** A proxy, and the hosts that are reached without it. */
class ProxyConfig {
  constructor(proxyUrl, noProxy) {
    let url;
    try {
      url = new URL(proxyUrl);
    } catch {
      throw new ERR_PROXY_INVALID_CONFIG(`Invalid proxy URL: ${proxyUrl}`);
    }
    const { hostname, password, port, protocol, username } = url;
    this.href = proxyUrl;
    this.protocol = protocol;
    if (username || password) {
      const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.auth = `Basic ${BufferFrom(credentials).toString('base64')}`;
      url.username = '';
      url.password = '';
      this.href = url.href;
    }
    this.bypass = noProxy
      ? ArrayPrototypeMap(noProxy.split(','), (entry) => StringPrototypeTrim(entry).toLowerCase())
      : [];
    this.connectOptions = {
      host: hostname[0] === '[' ? StringPrototypeSlice(hostname, 1, -1) : hostname,
      port: port ? Number(port) : protocol === 'https:' ? 443 : 80,
    };
  }

  /** Whether a request to this host goes through the proxy. */
  covers(hostname, port) {
    const host = hostname.toLowerCase();
    return !ArrayPrototypeSome(this.bypass, (entry) => matches(entry, host, port));
  }
}

function matches(entry, host, port) {
  if (entry === '*' || entry === host || entry === `${host}:${port}`) return true;
  if (StringPrototypeStartsWith(entry, '.')) {
    const suffix = StringPrototypeSlice(entry, 1);
    if (host === suffix || StringPrototypeEndsWith(host, entry)) return true;
  }
  if (
    StringPrototypeStartsWith(entry, '*.') &&
    StringPrototypeEndsWith(host, StringPrototypeSlice(entry, 1))
  )
    return true;
  if (!StringPrototypeIncludes(entry, '-') || !net.isIPv4(host)) return false;
  const [first, last] = ArrayPrototypeMap(entry.split('-'), (address) =>
    ipNumber(StringPrototypeTrim(address)),
  );
  const address = ipNumber(host);
  return first <= address && address <= last;
}

const ipNumber = (ip) =>
  ArrayPrototypeReduce(ip.split('.'), (sum, octet) => sum * 256 + NumberParseInt(octet, 10), 0);

/** The proxy's URL in the environment, lower case first; null if there is none. */
function proxyUrl(env, protocol) {
  const url =
    protocol === 'https:' ? env.https_proxy || env.HTTPS_PROXY : env.http_proxy || env.HTTP_PROXY;
  if (!url) return null;
  if (/[\r\n]/.test(url)) throw new ERR_PROXY_INVALID_CONFIG(`Invalid proxy URL: ${url}`);
  return url;
}

/** The configuration for an agent of `protocol`, or null. */
function proxyConfig(env, protocol) {
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  const url = proxyUrl(env, protocol);
  // The application may have its own way with proxies of other kinds: no error.
  if (url === null || !/^https?:\/\//.test(url)) return null;
  return new ProxyConfig(url, env.no_proxy || env.NO_PROXY);
}

/** Whether a request with these options goes through the agent's proxy. */
function usesProxy(config, options) {
  if (!config || options.socketPath) return false; // a Unix socket has no host to proxy to
  return config.covers(options.host || 'localhost', options.port);
}

function refuse(name, value, reason) {
  throw new ERR_INVALID_ARG_VALUE(name, value, reason);
}

/** The Host among headers given as an array, flat or of pairs; it may be there once. */
function hostOfArray(headers) {
  const wrong = isPairs(headers)
    ? ArrayPrototypeFindIndex(headers, (pair) => !ArrayIsArray(pair))
    : -1;
  if (wrong !== -1) {
    const reason = 'must be an array when headers is passed as an array of pairs';
    refuse(`options.headers[${wrong}]`, typeof headers[wrong], reason);
  }
  let host;
  forEachField(headers, (name, value) => {
    if (`${name}`.toLowerCase() !== 'host') return;
    if (host !== undefined)
      refuse('options.headers', '(redacted)', 'must not contain duplicate Host headers');
    host = `${value}`;
  });
  return host;
}

function isSameAuthority(canonical, header) {
  let url;
  try {
    url = new URL(`http://${header}`);
  } catch {
    return false;
  }
  const isBare = !url.username && !url.password && url.pathname === '/' && !url.search && !url.hash;
  return isBare && url.host === canonical;
}

/** Checks that target, Host and authority of a request agree; returns the target as a URL. */
function checkAuthority(path, authority, userHost, headerArray) {
  validatePort(authority.port, 'options.port');
  const base = new URL(`http://${authority.host}`);
  base.port = authority.port;
  const mustMatch = `must match the request authority (${base.host})`;
  if (headerArray !== undefined) {
    const host = hostOfArray(headerArray);
    if (host !== undefined && host !== base.host)
      refuse('Host in options.headers', host, mustMatch);
  } else if (userHost !== undefined && !isSameAuthority(base.host, userHost)) {
    refuse('Host in options.headers', userHost, mustMatch);
  }
  const url = targetUrl(`${path}`, base);
  if (url.host !== base.host) refuse('options.path', url, mustMatch);
  return { base, url };
}

/** A request's target as a URL. */
function targetUrl(target, base) {
  let url;
  try {
    url = new URL(target);
  } catch {
    if (!StringPrototypeStartsWith(target, '/'))
      refuse('options.path', target, 'must be in absolute-form or start with /');
    return new URL(base.origin + target);
  }
  if (url.username || url.password) {
    url.username = '';
    url.password = '';
    refuse('options.path', url.href, 'must not contain userinfo, use options.auth instead');
  }
  if (url.protocol !== 'http:') {
    const reason = 'must use http: scheme when specified as an absolute URL';
    refuse('options.path', url.protocol, reason);
  }
  return url;
}

/** Makes a request one for a proxy: absolute target, and the proxy's own fields. */
function rewriteForProxy(req, config, authority, userHost, headerArray) {
  // CONNECT and `OPTIONS *` name their target in another way.
  const keepsTarget = req.method === 'CONNECT' || (req.method === 'OPTIONS' && req.path === '*');
  let target;
  if (!keepsTarget) {
    const { base, url } = checkAuthority(req.path, authority, userHost, headerArray);
    if (headerArray === undefined) {
      const host = req.getHeader('host');
      if (host !== undefined && host !== base.host) req.setHeader('Host', base.host);
    }
    target = url;
  }
  if (config.auth) req.setHeader('proxy-authorization', config.auth);
  req.setHeader('proxy-connection', req.shouldKeepAlive ? 'keep-alive' : 'close');
  if (target !== undefined) req.path = target.href;
}

module.exports = { proxyConfig, proxyUrl, rewriteForProxy, usesProxy };
