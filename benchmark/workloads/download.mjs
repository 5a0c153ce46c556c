/** A large answer in pieces, as a file or a proxied body would be sent, waiting for 'drain'. */
const size = 1 << 20;
const piece = Buffer.alloc(64 << 10, 'x');

export const title = 'GET, 1 MiB back in writes of 64 KiB';

export const listener = () => (_req, res) => {
  res.setHeader('Content-Type', 'application/octet-stream');
  res.setHeader('Content-Length', size);
  let left = size / piece.length;
  const pump = () => {
    while (left > 0) {
      left -= 1;
      if (!res.write(piece) && left > 0) return res.once('drain', pump);
    }
    res.end();
  };
  pump();
};

export const load = { connections: 16 };
export const answer = { status: 200, bytes: size };
