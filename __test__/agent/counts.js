'use strict';
// What an agent's lists say, by name, as numbers.
const numbers = (lists) =>
  Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.length]));

/** `{ sockets, free, requests, total }`. */
module.exports = function countsOf(agent) {
  return {
    sockets: numbers(agent.sockets),
    free: numbers(agent.freeSockets),
    requests: numbers(agent.requests),
    total: agent.totalSocketCount,
  };
};
