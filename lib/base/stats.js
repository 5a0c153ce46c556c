'use strict';
// What `server.stats()` and `agent.stats()` tell. Counting costs an addition; what can be counted
// when it is asked for, is.
const { kConnections, kTotals } = require('./symbols');

/** Counts since a server was made. */
class Totals {
  constructor() {
    this.connections = 0;
    this.requests = 0;
    // Of connections that are closed or were handed over.
    this.bytesRead = 0;
    this.bytesWritten = 0;
  }

  addTraffic(bytesRead, bytesWritten) {
    this.bytesRead += bytesRead || 0;
    this.bytesWritten += bytesWritten || 0;
  }
}

/** A snapshot of a server, whose sockets `driver` drives. */
function serverStats(server, driver) {
  const totals = server[kTotals] ?? new Totals();
  const stats = {
    connections: 0,
    connectionsTotal: totals.connections,
    requestsInFlight: 0,
    requestsTotal: totals.requests,
    bytesRead: totals.bytesRead,
    bytesWritten: totals.bytesWritten,
    driver,
  };
  for (const connection of server[kConnections] ?? []) {
    const [read, written] = connection.transport.traffic();
    stats.connections++;
    stats.requestsInFlight += connection.incoming.length;
    stats.bytesRead += read || 0;
    stats.bytesWritten += written || 0;
  }
  return stats;
}

const count = (lists) => Object.values(lists).reduce((sum, list) => sum + list.length, 0);

/** A snapshot of an agent's pool. */
function agentStats(agent) {
  const { created, reused } = agent[kTotals];
  return {
    sockets: count(agent.sockets),
    freeSockets: count(agent.freeSockets),
    requestsWaiting: count(agent.requests),
    socketsTotal: created,
    requestsReused: reused,
  };
}

module.exports = { Totals, agentStats, serverStats };
