/** A client that calls an API. */
export const title = 'POST of 1 KB, 64 in flight';
export const client = { inFlight: 64, body: Buffer.alloc(1024, '{"a":1}') };
