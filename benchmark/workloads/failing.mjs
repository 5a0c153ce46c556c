/** A client of which every second request fails: the server closes the connection instead of an answer. */
export const title = 'GET, every second one fails, 64 in flight';
export const client = { inFlight: 64, failing: '/gone' };
