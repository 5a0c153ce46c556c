/** An API over TLS. */
export { answer, listener, load } from './json.mjs';
export const title = 'over TLS: POST of 1 KB JSON, parsed, JSON back';
export const secure = true;
