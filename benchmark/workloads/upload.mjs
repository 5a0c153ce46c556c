/** A large body in, counted and dropped. */
const size = 1 << 20;

export const title = 'POST of 1 MiB, its bytes counted';

export const listener = () => (req, res) => {
  let received = 0;
  req.on('data', (chunk) => {
    received += chunk.length;
  });
  req.on('end', () => res.end(String(received)));
};

export const load = {
  connections: 16,
  method: 'POST',
  headers: { 'Content-Type': 'application/octet-stream' },
  body: 'x'.repeat(size),
};
export const answer = { status: 200, bytes: String(size).length };
