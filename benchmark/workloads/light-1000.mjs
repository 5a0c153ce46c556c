/** 1,000 requests a second at random moments: what most servers do all day. */
export { answer, floor, listener } from './hello.mjs';

export const title = 'GET, 13 bytes back, 16 connections, 1,000/s at random';
export const load = { connections: 16, rate: 1000 };
