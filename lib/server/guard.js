'use strict';
// `overload` and `health`: requests that are refused because too much waits, and the health check. The
// native side does it; where it does not read, and behind other requests, it is done here.
const { ERR_INVALID_ARG_VALUE } = require('../base/errors');
const { kGuard } = require('../base/symbols');
const { validateInteger, validateObject, validateString } = require('../base/validate');
const { STATUS_CODES } = require('../node/http');

const MAX = 2 ** 31 - 1;
const BLOCKED_AFTER = 5000;

/** What `overload` and `health` ask for, checked. */
class Guard {
  constructor({ maxQueue, maxDelay, retryAfter, status }, { blockedAfter, path }) {
    this.maxQueue = maxQueue;
    this.maxDelay = maxDelay;
    this.status = status;
    this.retryAfter = retryAfter;
    this.blockedAfter = blockedAfter;
    this.path = path;
    /** Requests on streams that handlers have got, and that are not answered. */
    this.underWay = 0;
    // What was answered here, and by listeners that are closed.
    this.refused = 0;
    this.healthChecks = 0;
  }

  /** As the native side takes it. */
  get nativeOptions() {
    const { blockedAfter, maxDelay, maxQueue, path, retryAfter, status } = this;
    const reason = STATUS_CODES[status] ?? 'Overloaded';
    return {
      maxQueue,
      maxDelay,
      refusalHead: `HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/plain\r\nRetry-After: ${retryAfter}\r\n`,
      refusalContent: `${reason}\n`,
      healthPath: path,
      blockedAfter,
    };
  }

  /** A native listener is closed: adds the numbers of requests that it has answered. */
  addCounts(counts) {
    this.refused += counts?.[0] ?? 0;
    this.healthChecks += counts?.[1] ?? 0;
  }

  /** Answers a health check, and a request beyond `maxQueue`. Returns whether the request was one of these. */
  answer(connection, req, res) {
    const isBusy = this.underWay >= this.maxQueue;
    if (this.isHealthCheck(req)) {
      this.healthChecks++;
      const status = isBusy ? 'busy' : 'ok';
      send(res, 200, `{"status":"${status}","delay":0,"queue":${this.underWay}}\n`, {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
      });
      return true;
    }
    if (connection.transport.isGuarded || this.maxQueue === undefined) return false;
    if (isBusy) {
      this.refused++;
      send(res, this.status, this.nativeOptions.refusalContent, {
        'Content-Type': 'text/plain',
        'Retry-After': this.retryAfter,
      });
      return true;
    }
    this.underWay++;
    res.once('close', () => this.underWay--);
    return false;
  }

  isHealthCheck({ method, url }) {
    return url.split('?', 1)[0] === this.path && (method === 'GET' || method === 'HEAD');
  }
}

function send(res, status, content, fields) {
  res.writeHead(status, { ...fields, 'Content-Length': content.length });
  res.end(content);
}

function readOverload(overload) {
  validateObject(overload, 'options.overload');
  const { maxDelay, maxQueue, retryAfter = 1, status = 503 } = overload;
  if (maxQueue !== undefined) validateInteger(maxQueue, 'options.overload.maxQueue', 1, MAX);
  if (maxDelay !== undefined) validateInteger(maxDelay, 'options.overload.maxDelay', 1, MAX);
  if (maxQueue === undefined && maxDelay === undefined)
    throw new ERR_INVALID_ARG_VALUE('options.overload', overload, 'must have maxQueue or maxDelay');
  validateInteger(status, 'options.overload.status', 400, 599);
  validateInteger(retryAfter, 'options.overload.retryAfter', 0, MAX);
  return { maxQueue, maxDelay, retryAfter, status };
}

function readHealth(health) {
  if (typeof health === 'string') health = { path: health };
  validateObject(health, 'options.health');
  const { blockedAfter = BLOCKED_AFTER, path } = health;
  validateString(path, 'options.health.path');
  if (!/^\/[^\s?#]*$/.test(path))
    throw new ERR_INVALID_ARG_VALUE(
      'options.health.path',
      path,
      'must begin with a slash and have no query',
    );
  validateInteger(blockedAfter, 'options.health.blockedAfter', 1, MAX);
  return { blockedAfter, path };
}

/** The options `overload` and `health` of a server, at least one of which is there. */
function readGuard({ health, overload }) {
  const limits = overload === undefined ? { status: 503, retryAfter: 1 } : readOverload(overload);
  const check = health === undefined ? { blockedAfter: BLOCKED_AFTER } : readHealth(health);
  return new Guard(limits, check);
}

/** What `server.stats()` tells of it; `counts` are those of the native listener, if there is one. */
function guardStats({ [kGuard]: guard }, counts) {
  const [refused, healthChecks, delay] = counts ?? [0, 0, null];
  return {
    requestsShed: (guard?.refused ?? 0) + refused,
    healthChecks: (guard?.healthChecks ?? 0) + healthChecks,
    loopDelay: delay,
  };
}

module.exports = { guardStats, readGuard };
