/** A client on a keep-alive agent, with much to do. */
export const title = 'GET, 13 bytes back, 64 in flight';
export const client = { inFlight: 64 };
