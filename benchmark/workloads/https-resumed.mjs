/** A connection for each request, whose handshake resumes the session of one before it. */
export { answer, https, listener, secure } from './https.mjs';
export const title = 'https: GET, a new connection and a resumed handshake each time';
export const load = { connections: 16, isResumed: true };
