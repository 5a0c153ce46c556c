/** The smallest answer of an https server of its own: its TLS, and HTTP over that. */
export { answer, listener } from './hello.mjs';
export const title = 'https: GET, 13 bytes back, 64 connections';
export const secure = true;
export const https = true;
export const load = {};
