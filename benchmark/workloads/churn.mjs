/** A connection for each request: accepting and closing. */
export { answer, floor, listener } from './hello.mjs';

export const title = 'GET, a new connection each time';
export const load = { headers: { Connection: 'close' } };
