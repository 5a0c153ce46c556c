/** A client without a pool, as `agent: false` makes one: each request dials, and its connection ends with the answer. */
export const title = 'GET, a new connection each time, 16 in flight';
export const client = { inFlight: 16, keepAlive: false };
