/** A client over TLS: requests through an `https.Agent`. */
export const title = 'over TLS: GET, 13 bytes back, 64 in flight';
export const secure = true;
export const client = { inFlight: 64 };
