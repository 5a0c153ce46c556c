/** A client that fetches much. */
export const title = 'GET, 1 MiB back, 16 in flight';
export const client = { inFlight: 16, path: '/1m', bytes: 1 << 20 };
