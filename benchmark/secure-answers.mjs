/**
 * The peer of clients over TLS: answers each request with bytes made beforehand, without a parser of
 * either contestant. Prints its port, and ends when its standard input does. Argument: bytes of content.
 */
import { createServer } from 'node:tls';
import { cert, key } from './certificate.mjs';

const content = Buffer.alloc(Number(process.argv[2]), 'x');
const answer = Buffer.concat([
  Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n`),
  content,
]);

const server = createServer({ cert, key }, (socket) => {
  socket.setNoDelay(true);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.latin1Slice();
    for (;;) {
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [, length = 0] = /\r\nContent-Length: (\d+)/i.exec(text.slice(0, end)) ?? [];
      const size = end + 4 + Number(length);
      if (text.length < size) return;
      text = text.slice(size);
      socket.write(answer);
    }
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
