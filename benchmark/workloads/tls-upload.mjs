/** A large body over TLS. */
export { answer, listener, load } from './upload.mjs';
export const title = 'over TLS: POST of 1 MiB, its bytes counted';
export const secure = true;
