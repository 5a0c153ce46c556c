/** A handshake for each request: none is resumed. */
export { answer, https, listener, secure } from './https.mjs';
export const title = 'https: GET, a new connection and a full handshake each time';
export const load = { headers: { Connection: 'close' } };
