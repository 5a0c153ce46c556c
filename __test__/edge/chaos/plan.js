'use strict';
// What one client does: where it connects, what it asks, how it sends, reads and ends. A plan follows
// from the seed and its number alone.
const { contentOf } = require('./content');
const { Random } = require('./random');

const KIB = 1024;

const PORTS = {
  plain: 3,
  owned: 3,
  declining: 3,
  watched: 3,
  'watched-declining': 2,
  'half-open': 2,
};
/** Kinds of requests; those with `content` are asked with some. */
const KINDS = {
  plain: 6,
  text: 2,
  later: 2,
  careless: 2,
  early: 1,
  reads: 3,
  transfers: 3,
  reluctant: 1,
  'throws-later': 1,
  looks: 1,
  listens: 1,
};
/** What Node's own cannot go on after: its parser stops at an exception. */
const THROWING = { throws: 1, 'throws-reading': 1 };
/** What waits for 'drain'. */
const DRAINING = { stream: 2 };
/** Kinds whose handler minds the content. */
const READING = new Set(['reads', 'transfers', 'reluctant', 'throws-reading']);
/** What may come last, and takes the connection with it. */
const LAST = { nothing: 6, upgrade: 4, connect: 2, sent: 1, destroys: 1 };
const SENDING = { together: 4, cut: 2, 'in turn': 2 };
const READING_WAYS = { 'at once': 5, late: 2, never: 1 };
const ENDING = { stays: 6, 'half-closes': 1, resets: 1, destroys: 1 };

const takesOwners = (port) => port === 'owned' || port === 'watched' || port === 'half-open';

/** Lengths: many small ones, some that fill the kernel's buffers. */
function lengthOf(random) {
  const most = random.weighted({ 0: 1, 200: 8, 8192: 4, 65536: 2, 524288: 1, 2097152: 0.2 });
  return random.between(0, Number(most));
}

class Planner {
  /**
   * `isNode`: the server is Node's own; `isSecure`: it speaks TLS, whose sockets cannot be sent to other
   * processes; `mayRefuse`: it may close any connection.
   */
  constructor({ seed, isNode, isSecure, mayRefuse }) {
    this.seed = seed;
    this.isNode = isNode;
    this.last = isSecure ? { ...LAST, sent: 0 } : LAST;
    this.mayRefuse = mayRefuse;
  }

  plan(index) {
    const random = Random.of(this.seed, index);
    const port = random.weighted(PORTS);
    const last = random.weighted(this.last);
    const plan = {
      index,
      random,
      port,
      last,
      sending: random.weighted(SENDING),
      reading: random.weighted(READING_WAYS),
      ending: random.weighted(ENDING),
      pause: random.between(20, 400),
    };
    const count = random.weighted({ 1: 4, 4: 3, 12: 2, 60: 0.5 });
    const length = random.between(1, Number(count));
    plan.requests = Array.from({ length }, () => this.#request(random, plan));
    this.#end(random, plan);
    plan.mustAnswer = this.#mustAnswer(plan);
    return plan;
  }

  #request(random, plan, kind = this.#kind(random, plan)) {
    const id = random.between(1, 1e6);
    const length = lengthOf(random);
    const request = { kind, id, length, followed: plan.last !== 'nothing' };
    if (READING.has(kind)) request.content = Math.min(lengthOf(random), 128 * KIB);
    else if (random.chance(0.1)) request.content = random.between(0, 2 * KIB);
    request.isChunked = request.content !== undefined && random.chance(0.5);
    if (request.content === undefined && random.chance(0.1)) request.isHead = true;
    // What Node's own loses is not asked of it: what comes behind an upgrade that is declined.
    const declines = !this.isNode && !takesOwners(plan.port);
    if (declines && request.content === undefined && random.chance(0.2)) request.asksUpgrade = true;
    return request;
  }

  #kind(random, { last }) {
    const kinds = this.isNode ? KINDS : { ...KINDS, ...THROWING };
    // A new owner takes the socket's 'drain' with it, in Node's own, too.
    return random.weighted(last === 'nothing' ? { ...kinds, ...DRAINING } : kinds);
  }

  /** Adds what comes last. */
  #end(random, plan) {
    const { last, requests } = plan;
    if (last === 'sent' || last === 'destroys') {
      requests.push(this.#request(random, plan, last));
    } else if (last === 'connect') {
      const request = this.#request(random, plan, 'plain');
      requests.push({ ...request, isHead: false, content: undefined, connects: true });
    } else if (last === 'upgrade') {
      const request = this.#request(random, plan, 'plain');
      requests.push({ ...request, isHead: false, content: undefined, asksUpgrade: true });
    }
    if (last === 'sent' || last === 'destroys') Object.assign(requests.at(-1), ALONE);
    // Node's own may leave the socket paused that gets its new owner behind answers under way.
    if (this.isNode && last !== 'nothing') plan.sending = 'in turn';
    plan.isOwned = (last === 'upgrade' || last === 'connect') && takesOwners(plan.port);
  }

  /** Whether the server has no reason to close the connection before all is answered. */
  #mustAnswer({ ending, last, port }) {
    if (this.mayRefuse || last === 'destroys') return false;
    if (last === 'connect' && !takesOwners(port)) return false;
    return ending !== 'half-closes' || (port === 'half-open' && last === 'nothing');
  }
}

const ALONE = { isHead: false, content: undefined, isChunked: false, asksUpgrade: false };

/** The bytes of a request. */
function render({ kind, id, length, content, ...request }) {
  const target = `/${kind}/${id}/${length}`;
  const method = request.isHead ? 'HEAD' : content === undefined ? 'GET' : 'POST';
  const line = request.connects ? 'CONNECT a:80' : `${method} ${target}`;
  const lines = [`${line} HTTP/1.1`, 'Host: a:80'];
  if (request.followed) lines.push('X-Followed: yes');
  if (request.asksUpgrade) lines.push('Connection: Upgrade', 'Upgrade: x');
  if (request.asksUpgrade || request.connects) lines.push(`X-Target: ${target}`);
  if (content === undefined) return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  lines.push(`X-Length: ${content}`);
  lines.push(request.isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${content}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  const bytes = contentOf(id, content);
  return Buffer.concat([head, ...(request.isChunked ? chunksOf(bytes) : [bytes])]);
}

/** Chunks that grow, so that there are small and large ones. */
function chunksOf(bytes) {
  const pieces = [];
  for (let at = 0, size = 1; at < bytes.length; at += size, size *= 3) {
    const piece = bytes.subarray(at, at + size);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return [...pieces, Buffer.from('0\r\n\r\n')];
}

/** A plan in words, for the report of a failure. */
function describe({ index, port, sending, reading, ending, requests, last, pause }) {
  const words = requests.map((request) => {
    const extra = ['isHead', 'asksUpgrade', 'connects', 'isChunked'].filter((key) => request[key]);
    if (request.content !== undefined) extra.push(`content ${request.content}`);
    return `${request.kind}/${request.id}/${request.length}${extra.length ? ` (${extra.join(', ')})` : ''}`;
  });
  return (
    `client ${index} at '${port}': sends ${sending}, reads ${reading} (${pause} ms), ${ending}, ` +
    `last ${last}; ${words.join(', ')}`
  );
}

module.exports = { Planner, describe, render };
