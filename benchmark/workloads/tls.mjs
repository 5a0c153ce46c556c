/** The smallest answer over TLS: Node's TLS sockets, given to the server by 'connection'. */
export { answer, listener } from './hello.mjs';
export const title = 'over TLS: GET, 13 bytes back, 64 connections';
export const secure = true;
export const load = {};
