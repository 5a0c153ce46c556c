/** As light-1000, over the server's own TLS. */
export { answer, https, listener, secure } from './https.mjs';
export const title = 'https: GET, 13 bytes back, 16 connections, 1,000/s at random';
export const load = { connections: 16, rate: 1000 };
