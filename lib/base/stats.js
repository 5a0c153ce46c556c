'use strict';
// What `server.stats()` and `agent.stats()` tell. A count kept all the time costs an addition for each
// event, so what can be counted on demand is counted then.
const { ArrayPrototypeFlat, MathMax, ObjectValues } = require('./primordials');
const { kConnections, kUnserved, kTotals, kTransport } = require('./symbols');

/** Counts since a server was made; the bytes are those of connections that are closed or were handed over. */
const newTotals = () => ({
  connections: 0,
  requests: 0,
  answered: 0,
  bytesRead: 0,
  bytesWritten: 0,
});

/** Adds what a connection counts, if it does, to `counts`. */
function addTraffic(counts, bytesRead, bytesWritten) {
  counts.bytesRead += bytesRead || 0;
  counts.bytesWritten += bytesWritten || 0;
}

/** Connections that go through the stream transport, by what keeps them from the native one. */
class Fallbacks {
  constructor() {
    this.tls = 0;
    this.handle = 0;
    this.stream = 0;
  }

  look(socket) {
    // While it is being dialled, a client's is not of either kind.
    if (socket[kTransport] || socket.connecting) return;
    if (socket.encrypted) this.tls++;
    else if (socket._handle) this.handle++;
    else this.stream++;
  }
}

/** A snapshot of a server, whose sockets `driver` drives. */
function serverStats(server, driver) {
  const totals = server[kTotals] ?? newTotals();
  const stats = {
    connections: 0,
    connectionsTotal: totals.connections,
    upgraded: server[kUnserved]?.open().length ?? 0,
    requestsInFlight: 0,
    requestsQueued: 0,
    requestsTotal: totals.requests,
    requestsAnswered: totals.answered,
    bytesRead: totals.bytesRead,
    bytesWritten: totals.bytesWritten,
    driver,
    fallbacks: new Fallbacks(),
  };
  for (const { incoming, socket, transport } of server[kConnections] ?? []) {
    const [read, written, underWay] = transport.traffic();
    stats.connections++;
    stats.requestsInFlight += incoming.length;
    stats.requestsQueued += MathMax(0, underWay - incoming.length);
    addTraffic(stats, read, written);
    stats.fallbacks.look(socket);
  }
  return stats;
}

const allOf = (lists) => ArrayPrototypeFlat(ObjectValues(lists));

/** A snapshot of an agent's pool, whose sockets `driver` drives. */
function agentStats(agent, driver) {
  const { bytesRead, bytesWritten, created, reused } = agent[kTotals];
  const busy = allOf(agent.sockets);
  const free = allOf(agent.freeSockets);
  const stats = {
    sockets: busy.length,
    freeSockets: free.length,
    requestsWaiting: allOf(agent.requests).length,
    socketsTotal: created,
    requestsReused: reused,
    bytesRead,
    bytesWritten,
    driver,
    fallbacks: new Fallbacks(),
  };
  for (const socket of [...busy, ...free]) {
    addTraffic(stats, socket.bytesRead, socket.bytesWritten);
    stats.fallbacks.look(socket);
  }
  return stats;
}

module.exports = { addTraffic, agentStats, newTotals, serverStats };
