/** A client over TLS with an agent of its own module's https. */
export const title = 'https: GET, 13 bytes back, 64 in flight';
export const secure = true;
export const https = true;
export const client = { inFlight: 64 };
