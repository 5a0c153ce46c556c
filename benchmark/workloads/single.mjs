/** One connection, one request at a time: latency, with nothing to batch. */
export { answer, floor, listener } from './hello.mjs';

export const title = 'GET, 13 bytes back, one connection';
export const load = { connections: 1 };
