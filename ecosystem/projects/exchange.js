/** One exchange between a server and a client of `http`, with content both ways. */
'use strict';

module.exports = function exchange(http) {
  return new Promise((resolve, reject) => {
    const server = http.createServer((req, res) => req.pipe(res));
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const agent = new http.Agent({ keepAlive: true });
      const req = http.request({ port, host: '127.0.0.1', method: 'POST', agent }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        res.on('end', () => {
          agent.destroy();
          server.close(() => resolve(text));
        });
      });
      req.on('error', reject);
      req.end('content');
    });
  });
};
