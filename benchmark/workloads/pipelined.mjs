/** Sixteen requests to a write: the parser and the writer, with system calls shared. */
export { answer, floor, listener } from './hello.mjs';

export const title = 'GET, 13 bytes back, pipelined 16 deep';
export const load = { pipeline: 16 };
