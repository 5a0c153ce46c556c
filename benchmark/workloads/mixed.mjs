/** A handler that works for 200 µs, as an application would: what its users see. */
export const title = 'GET, the handler works 200 µs, 64 connections';

const WORK_MILLIS = 0.2;

export const listener = () => (_req, res) => {
  const end = performance.now() + WORK_MILLIS;
  while (performance.now() < end);
  res.end('Hello, world!');
};

export const load = {};
export const answer = { status: 200, bytes: 13 };
