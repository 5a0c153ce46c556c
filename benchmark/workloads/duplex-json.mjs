/** An API over streams of JavaScript alone. */
export { listener, load } from './json.mjs';
export const title = 'over a Duplex: POST of 1 KB JSON, parsed, JSON back';
export const pair = { connections: 64 };
