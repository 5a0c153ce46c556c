/** The smallest answer over streams of JavaScript alone: what HTTP itself costs. */
export { listener } from './hello.mjs';
export const title = 'over a Duplex: GET, 13 bytes back, 64 connections in one process';
export const pair = { connections: 64 };
