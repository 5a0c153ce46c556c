/** Connections that are kept alive and have nothing to do: what each of them costs in memory. */
export { answer, listener } from './hello.mjs';

export const title = 'memory of an idle connection, 4,000 kept alive';
export const idle = { connections: 4000 };
// Longer than a round takes, so that none of them is closed before it is counted.
export const keepAliveTimeout = 10 * 60_000;
