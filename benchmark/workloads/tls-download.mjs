/** A large answer over TLS. */
export { answer, listener, load } from './download.mjs';
export const title = 'over TLS: GET, 1 MiB back in writes of 64 KiB';
export const secure = true;
