/** The smallest answer: what is left is the cost of the server itself. */
export const title = 'GET, 13 bytes back, 64 connections';

export const listener = () => (_req, res) => {
  res.end('Hello, world!');
};

export const load = {};
/** The same answer comes from the floor. */
export const floor = true;
export const answer = { status: 200, bytes: 13 };
