/** What sealing costs. */

export { answer, listener, load } from './download.mjs';
export { https, secure } from './https.mjs';
export const title = 'https: GET, 1 MiB back';
