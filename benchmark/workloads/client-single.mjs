/** A client that waits for each answer: the way there and back is all that counts. */
export const title = 'GET, one request at a time';
export const client = { inFlight: 1 };
