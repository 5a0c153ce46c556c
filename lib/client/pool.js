'use strict';
// What an agent asks src/agent: which connection a request gets, and what becomes of a connection
// afterwards. The agent's `sockets`, `freeSockets` and `requests` are the truth, because users and
// subclasses change them; each question carries their counts.
const { POOL } = require('../wire/layout');
const { pool } = require('../wire/loop');

/** Question and answer. No other code may have this array: the native side reads and writes it. */
const numbers = new Float64Array(POOL.COUNT);
const decide = pool(numbers);

function writeCounts(agent, waiting, idle, busy) {
  numbers[POOL.WAITING] = waiting;
  numbers[POOL.IDLE] = idle;
  numbers[POOL.BUSY] = busy;
  numbers[POOL.TOTAL] = agent.totalSocketCount;
  numbers[POOL.MAX_SOCKETS] = Number(agent.maxSockets);
  numbers[POOL.MAX_TOTAL] = Number(agent.maxTotalSockets);
}

function writeRest(agent, announced) {
  numbers[POOL.TIMEOUT] = Number(agent.options.timeout) || 0;
  numbers[POOL.ANNOUNCED] = announced;
  numbers[POOL.BUFFER] = agent.agentKeepAliveTimeoutBuffer;
}

/** The place of the idle connection that a new request is sent on, or `DIAL` or `WAIT`. */
function take(agent, idle, busy) {
  writeCounts(agent, 0, idle, busy);
  numbers[POOL.FIFO] = agent.scheduling === 'fifo' ? 1 : 0;
  decide.take();
  return numbers[POOL.ANSWER];
}

/**
 * What becomes of a connection whose request is done: `SERVE`, `CLOSE`, or the milliseconds for which it is kept:
 * 0 for any time, `STALE` if its server is about to close it.
 * `announced`: seconds of the answer's `Keep-Alive: timeout=`, negative for none.
 */
function park(agent, name, persists, announced) {
  const { freeSockets, requests, sockets } = agent;
  writeCounts(
    agent,
    requests[name]?.length ?? 0,
    freeSockets[name]?.length ?? 0,
    sockets[name]?.length ?? 0,
  );
  writeRest(agent, announced);
  numbers[POOL.MAX_IDLE] = Number(agent.maxFreeSockets);
  numbers[POOL.PERSISTS] = persists ? 1 : 0;
  decide.park();
  return numbers[POOL.ANSWER];
}

/** How long a connection may stay idle: milliseconds, 0 for any time, or `STALE`. */
function rest(agent, announced) {
  writeRest(agent, announced);
  decide.rest();
  return numbers[POOL.ANSWER];
}

/** The origin whose request is to be dialled for, now that a connection to `name` is gone. */
function nextToDial({ requests, sockets }, name) {
  const waiting = requests[name]?.length ?? 0;
  const other = waiting > 0 ? undefined : firstKey(requests);
  if (waiting === 0 && other === undefined) return undefined;
  numbers[POOL.WAITING] = waiting;
  numbers[POOL.ELSEWHERE_WAITING] = requests[other]?.length ?? 0;
  numbers[POOL.ELSEWHERE_BUSY] = sockets[other]?.length ?? 0;
  decide.removed();
  switch (numbers[POOL.ANSWER]) {
    case POOL.DIAL_HERE:
      return name;
    case POOL.DIAL_ELSEWHERE:
      return other;
    default:
      return undefined;
  }
}

function firstKey(lists) {
  for (const key in lists) return key;
  return undefined;
}

const { CLOSE, DIAL, SERVE } = POOL;
module.exports = { CLOSE, DIAL, SERVE, nextToDial, park, rest, take };
